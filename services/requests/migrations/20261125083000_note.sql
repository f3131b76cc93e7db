-- migrate:up
-- What advisers have written about a request, in their own words: may name people, and can be erased (`words` is then null).
-- audience: who may read it beside its author: region (whoever may see the request), national (who covers every region), author.
create table note (
    id text primary key,
    request text not null,
    author text not null,
    at timestamptz not null,
    audience text not null check (audience in ('region', 'national', 'author')),
    words bytea
);
create index note_of on note (request, at);

-- A request that was escalated, and to whom; gone when it is settled.
create table escalation (
    request text primary key,
    actor text not null,
    at timestamptz not null,
    because text not null,
    told text[] not null
);

-- migrate:down
drop table escalation, note;
