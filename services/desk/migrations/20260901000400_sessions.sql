-- migrate:up
-- Who is signed in. The key of a row is the hash of what the browser holds, and `sealed` (the provider's tokens) is locked with it:
-- whoever reads this table can neither be anybody nor act for them.
create table session (
    id bytea primary key,
    subject text not null,
    name text not null,
    roles text[] not null,
    scopes text[] not null,
    regions text[] not null,
    groups text[] not null,
    sealed text not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null
);
create index session_ends on session (ends_at);

-- how often an address (hashed) has begun to sign in, by window of time
create table sign_in (
    address bytea not null,
    since timestamptz not null,
    times integer not null,
    primary key (address, since)
);

-- migrate:down
drop table sign_in, session;
