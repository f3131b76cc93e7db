-- migrate:up

-- what lasts from a day to a day: of a peer accreditations, interests, absences, releases; of a council inspections, interventions.
-- item tells apart what may last at the same time (an interest's council, a stage of intervention), value is an inspection's judgement
create table dated (
    kind text not null check (kind in ('accreditations', 'interests', 'absences', 'releases', 'inspections', 'interventions')),
    owner text not null check (owner ~ '^(peer:.+|council:[0-9]{3})$'),
    item text not null,
    starts date not null,
    ends date check (ends >= starts),
    value text,
    primary key (owner, kind, item, starts)
);
create index dated_kind on dated (kind, owner, item, starts);

-- a visit with a peer team counts towards an officer's yearly limit
alter table hold_line add column visit boolean not null default false;

-- migrate:down
alter table hold_line drop column visit;
drop table dated;
