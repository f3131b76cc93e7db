-- migrate:up
-- prices of load tried on the last year's requests: changes and outcome as JSON; state: asked, done, nothing (nobody had asked for anything)
create table trial (
    id text primary key,
    asked_by text not null,
    asked_at timestamptz not null,
    changes text not null,
    state text not null,
    policy_version bigint not null default 0,
    outcome text
);
create index trial_newest on trial (asked_at desc, id);

-- migrate:down
drop table trial;
