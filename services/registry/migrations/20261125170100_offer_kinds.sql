-- migrate:up
-- the kinds of support that an offer is for; none named means any
alter table offer add column kinds text[] not null default '{}';

-- migrate:down
alter table offer drop column kinds;
