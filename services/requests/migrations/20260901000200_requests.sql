-- migrate:up
-- codes and ids only; the words of a request are in `words`
create table request (
    id text primary key,
    source text not null,
    reference text not null,
    origin text not null,
    intake text not null,
    revision integer not null,
    digest bytea not null,
    received_at timestamptz not null,
    revised_at timestamptz not null,
    changed_at timestamptz not null,
    changed_by text not null,
    version integer not null,
    standing text not null check (standing in ('open', 'question', 'rejected', 'withdrawn')),
    content json,
    problems json not null,
    question json,
    answers json not null,
    host text,
    kind text,
    regions text[] not null,
    -- how far it has come: the matcher's and the registry's facts, and both together with `standing` in one word
    progress text not null,
    match text,
    heard bigint not null,
    held text,
    state text not null,
    unique (source, reference)
) with (fillfactor = 55); -- each row is changed when its request is suggested: with room on its page no index is touched, which halves the work
create index request_by_age on request (received_at, id);

-- what was submitted, whole, and what an adviser has changed of it; may name people, and can be erased
create table words (
    request text primary key,
    submitted bytea,
    changes bytea
);

-- the story of a request: what this service said of it and what it heard, in codes and ids
create table history (
    id bigint generated always as identity primary key,
    request text not null,
    at timestamptz not null,
    service text not null,
    type text not null,
    sequence bigint not null,
    actor text not null,
    detail json not null
);
create index history_of_request on history (request, at, id);

-- what became of every record and every posted command: nothing that came in is without an outcome
create table outcome (
    intake text not null,
    outcome text not null,
    request text,
    at timestamptz not null
);

-- migrate:down
drop table outcome, history, words, request;
