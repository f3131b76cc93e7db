-- migrate:up
-- a course that begins on one day, and its places. offered_by: a council or partner organisation by code, or a region
create table cohort (
    cohort text primary key,
    course text not null,
    offered_by text not null,
    starts date not null,
    ask_by date not null check (ask_by <= starts),
    places integer not null check (places > 0),
    held integer not null default 0 check (held >= 0),
    placed integer not null default 0 check (placed >= 0),
    version bigint not null default 0,
    changed_at timestamptz not null,
    changed_by text not null,
    constraint never_more_places_than_there_are check (held + placed <= places)
);

-- the place that is set aside with a match: held or given as the match is, and free once it is neither
alter table hold add column cohort text references cohort;

-- migrate:down
alter table hold drop column cohort;
drop table cohort;
