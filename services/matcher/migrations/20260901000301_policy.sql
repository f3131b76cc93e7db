-- migrate:up
-- every ranking policy that was ever written down, as JSON; the active one is the one adopted last
create table policy (
    version bigint primary key,
    doc text not null,
    author text not null,
    written_at timestamptz not null,
    reason text not null
);

-- a policy is adopted once, by somebody else than its author; to go back is to write the old numbers down as a new version
create table adoption (
    id bigint generated always as identity primary key,
    version bigint not null unique references policy (version),
    approved_by text not null,
    adopted_at timestamptz not null,
    reason text not null
);

-- migrate:down
drop table adoption, policy;
