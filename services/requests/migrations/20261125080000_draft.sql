-- migrate:up
-- What an adviser has begun to write on somebody's behalf and not yet sent: theirs alone. May name people; it goes when it is sent, thrown
-- away or has not been touched for a while.
create table draft (
    id text primary key,
    owner text not null,
    purpose text not null,
    fields bytea not null,
    version integer not null,
    begun_at timestamptz not null,
    changed_at timestamptz not null,
    expires_at timestamptz not null
);
create index draft_of on draft (owner, changed_at);

-- migrate:down
drop table draft;
