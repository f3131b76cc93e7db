-- migrate:up
-- scarcity prices as JSON; the newest is the one that ranks, and a stored ranking names the one it used (0: none)
create table scarcity (
    version bigint primary key,
    doc text not null,
    author text not null,
    written_at timestamptz not null,
    registry_version bigint not null,
    policy_version bigint not null,
    reason text not null
);
alter table ranking add column scarcity_version bigint not null default 0;
create index ranking_at on ranking (at);

-- migrate:down
drop index ranking_at;
alter table ranking drop column scarcity_version;
drop table scarcity;
