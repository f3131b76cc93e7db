-- migrate:up
-- pairs of peers whom a person has looked at and knows to be two people: they are not shown as probable duplicates again; `one` sorts first
create table apart (
    one text not null references peer on delete cascade,
    other text not null references peer on delete cascade,
    decided_by text not null,
    decided_at timestamptz not null,
    primary key (one, other),
    check (one < other)
);

-- migrate:down
drop table apart;
