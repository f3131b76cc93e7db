-- migrate:up
-- An adviser of the peer's own region is told before the peer is contacted, and answers. They see of the request what stands here besides
-- its id: never who is to be helped, nor who asks.
create table heads_up (
    id text primary key,
    request text not null,
    peer text not null,
    council text not null,
    region text not null,
    kind text not null,
    starts date not null,
    ends date not null,
    days double precision not null,
    asked_by text not null,
    asked_at timestamptz not null,
    answer text check (answer in ('fine', 'speak_to_me', 'not_now')),
    until date,
    answered_by text,
    answered_at timestamptz,
    unique (request, peer)
);
create index heads_up_open on heads_up (region, asked_at) where answer is null;

-- migrate:down
drop table heads_up;
