-- migrate:up

-- the council that a line is for: who has helped whom within a year counts when peers are ranked; empty for what was held before
alter table hold_line add column host text not null default '';

-- migrate:down
alter table hold_line drop column host;
