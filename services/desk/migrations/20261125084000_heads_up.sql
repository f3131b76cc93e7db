-- migrate:up
-- Heads-ups as far as the first page counts them: which region is told, and whether somebody there has answered.
create table heads_up (
    id text primary key,
    region text not null,
    asked_at timestamptz not null,
    answered boolean not null
);
create index heads_up_open on heads_up (region) where not answered;

-- migrate:down
drop table heads_up;
