-- migrate:up
-- exact rounds: one under way at a time, kept with what became of them
create table round (
    id text primary key,
    asked_by text not null,
    asked_at timestamptz not null,
    reason text not null,
    seconds int not null,
    state text not null check (state in ('asked', 'running', 'done', 'cancelled', 'failed')),
    stage text not null,
    done int not null default 0,
    total int not null default 0,
    tries int not null default 0,
    started_at timestamptz,
    ended_at timestamptz,
    cancelled boolean not null default false,
    outcome text
);
create unique index round_under_way on round ((true)) where state in ('asked', 'running');

-- each suggestion that a round changed, written with the change itself
create table round_change (
    n bigint generated always as identity primary key,
    round text not null references round (id),
    request text not null,
    doc text not null
);
create index round_change_round on round_change (round, n);

-- migrate:down
drop table round_change, round;
