-- migrate:up
-- the registry's state as it came, every version of every key, so that a stored ranking can be replayed; position is the offset
create table registry_record (
    key text not null,
    version bigint not null,
    position bigint not null,
    doc text not null,
    primary key (key, version)
);
create index registry_record_position on registry_record (position);

-- one request and its current match: the whole story in `doc`, the rest for looking things up
create table story (
    request text primary key,
    version bigint not null,
    state text not null,
    host text not null,
    region text not null,
    kind text not null,
    changed_at timestamptz not null,
    doc text not null
) with (toast_tuple_target = 8160); -- compressing a doc of more than 2 kB took more time than all else of its insert
create index story_by_state on story (state, region, changed_at);

-- open suggestions weigh as load: what opens adds, what closes takes away. The transaction's number lets every replica read each change once.
create table load_change (
    xid xid8 not null default pg_current_xact_id(),
    peer text not null,
    weight double precision not null
);
create index load_change_xid on load_change (xid);

-- the inputs of a ranking: with the records up to registry_version they give the same suggestions again
create table ranking (
    id text primary key,
    at timestamptz not null,
    registry_version bigint not null,
    policy_version bigint not null,
    as_of date not null,
    load bytea not null,
    asks bytea not null
);

-- migrate:down
drop table ranking, load_change, story, registry_record;
