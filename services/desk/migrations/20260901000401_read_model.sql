-- migrate:up
-- One request as the pages show it, folded from the facts about it. `doc` holds ids and codes alone; the rest is for looking things up.
-- `waiting` says for what a person is wanted (decide, question, consent, shortage, broken), '' when for nothing.
create table request (
    request text primary key,
    regions text[] not null,
    host text,
    kind text,
    priority text not null,
    urgency smallint not null,
    state text not null,
    waiting text not null,
    waiting_since timestamptz,
    deadline timestamptz,
    received_at timestamptz,
    changed_at timestamptz not null,
    ends date,
    doc text not null,
    suggestion text not null
) with (toast_tuple_target = 8160);
create index request_waiting on request (waiting, urgency, deadline, waiting_since) where waiting <> '';
create index request_placed on request (ends) where state = 'placed';
create index request_received on request (received_at, request);

-- everything that was said about a request, in codes; a sentence is made of it when it is read
create table told (
    request text not null,
    service text not null,
    sequence bigint not null,
    at timestamptz not null,
    type text not null,
    actor text not null,
    detail text not null,
    primary key (request, service, sequence)
);

-- the registry's state as it was last said, by key: peer:, council:, load:
create table record (
    key text primary key,
    version bigint not null,
    doc text not null
);

-- What only the desk knows, and what no rebuilding touches: whose request it is, and who covers which region from when to when.
create table owner (
    request text primary key,
    owner text not null,
    since timestamptz not null
);
create index owner_of on owner (owner);
create table cover (
    id bigint generated always as identity primary key,
    person text not null,
    name text not null,
    region text not null,
    role text not null,
    starts date not null,
    ends date,
    check (ends is null or ends >= starts)
);
create index cover_region on cover (region, starts);

-- migrate:down
drop table cover, owner, record, told, request;
