-- migrate:up
create table inbox (
    consumer text not null,
    event_id text not null,
    seen_at timestamptz not null,
    primary key (consumer, event_id)
);

-- the last number said about a subject, and the correlation its story began with
create table sequence (
    subject text primary key,
    last bigint not null,
    correlation text not null
);

create table outbox (
    id bigint generated always as identity primary key,
    topic text not null,
    key text not null,
    compacted boolean not null,
    event_id text not null,
    type text not null,
    subject text not null,
    time timestamptz not null,
    correlation text not null,
    causation text not null,
    sequence bigint not null,
    value bytea not null,
    published_at timestamptz
) with (toast_tuple_target = 8160); -- rows live for a moment: compressing a fact of more than 2 kB cost as much as all else of its insert
create index outbox_unpublished on outbox (id) where published_at is null;
create index outbox_published on outbox (published_at) where published_at is not null;

create table parked (
    id bigint generated always as identity primary key,
    consumer text not null,
    topic text not null,
    part integer not null,
    position bigint not null,
    subject text not null,
    type text not null,
    rule text not null,
    fields text[] not null,
    key bytea,
    headers text not null,
    value bytea,
    state text not null check (state in ('waiting', 'replayed', 'discarded')),
    parked_at timestamptz not null,
    settled_at timestamptz,
    settled_by text,
    unique (consumer, topic, part, position)
);
create index parked_waiting on parked (consumer, subject) where state = 'waiting';

create table due (
    id bigint generated always as identity primary key,
    kind text not null,
    subject text not null,
    due_at timestamptz not null,
    attempts integer not null default 0,
    last_error text not null default ''
);
create index due_at on due (due_at);

create table audit (
    id bigint primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject text not null,
    commitment bytea not null,
    previous bytea not null,
    hash bytea not null
);
-- the last link, so that rows taken from the end are missed; who adds a link holds this row
create table audit_end (
    only_one boolean primary key default true check (only_one),
    id bigint not null,
    hash bytea not null
);
insert into audit_end (id, hash) values (0, decode(repeat('00', 32), 'hex'));

-- the words of a reason can be erased; the chain above stays whole, for it holds only their salted hash
create table audit_reason (
    audit bigint primary key references audit (id),
    salt bytea not null,
    reason text not null
);

create table command (
    key text not null,
    actor text not null,
    fingerprint bytea not null,
    status integer not null,
    reply text not null,
    at timestamptz not null,
    primary key (key, actor)
);

-- migrate:down
drop table command, audit_reason, audit_end, audit, due, parked, outbox, sequence, inbox;
