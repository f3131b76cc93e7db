-- migrate:up
create table council (
    la_code text primary key check (la_code ~ '^[0-9]{3}$'),
    gss_code text not null,
    name text not null,
    region text not null,
    type text not null,
    aliases text[] not null,
    linked text[] not null,
    willing boolean not null,
    version bigint not null default 0,
    changed_at timestamptz not null,
    changed_by text not null,
    -- deferred, for one file may swap the codes of two councils
    unique (gss_code) deferrable initially deferred
);

create table peer (
    peer text primary key,
    kind text not null check (kind in ('member', 'officer')),
    council text not null references council,
    name text not null,
    party text,
    themes text[] not null,
    email text not null,
    active boolean not null,
    version bigint not null default 0,
    changed_at timestamptz not null,
    changed_by text not null,
    constraint party_is_a_councillors check (kind = 'member' or party is null)
);
create index peer_council on peer (council, peer);

create table post (
    peer text not null references peer,
    council text not null references council,
    role text not null,
    starts date not null,
    ends date,
    primary key (peer, council, role, starts),
    check (ends >= starts)
);
create index post_role on post (role, peer);

-- a capacity account. offered, held and placed count half-days
create table offer (
    offer text primary key,
    owner text not null check (owner ~ '^(peer:.+|council:[0-9]{3})$'),
    starts date not null,
    ends date not null,
    offered integer not null check (offered > 0),
    held integer not null default 0 check (held >= 0),
    placed integer not null default 0 check (placed >= 0),
    check (ends >= starts),
    constraint never_over_capacity check (held + placed <= offered)
);
create index offer_owner on offer (owner, starts);

-- what is set aside for a match. expires_at is empty for what was never held but placed at once
create table hold (
    match text primary key,
    request text not null,
    state text not null check (state in ('held', 'placed', 'released', 'expired')),
    expires_at timestamptz
);

-- days counts half-days; starts is the first day of the work
create table hold_line (
    match text not null references hold,
    line integer not null,
    place text not null,
    role text not null,
    peer text not null,
    council text not null,
    days integer not null check (days > 0),
    starts date not null,
    state text not null check (state in ('held', 'placed', 'free')),
    peer_offer text not null references offer,
    council_offer text not null references offer,
    primary key (match, line)
);
create index hold_line_peer on hold_line (peer) where state <> 'free';
create index hold_line_council on hold_line (council) where state <> 'free';

-- the version of each owner's load record; its row is the lock under which the record is made
create table load (
    owner text primary key,
    version bigint not null
);

-- migrate:down
drop table load, hold_line, hold, offer, post, peer, council;
