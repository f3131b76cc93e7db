-- migrate:up

-- since when a request counts as waiting, by priority, age and first day: the earlier, the more pressing
alter table story add column pressing_since timestamptz;
update story set pressing_since = changed_at;
alter table story alter column pressing_since set not null;
create index story_queue on story (state, pressing_since, request);

-- migrate:down
drop index story_queue;
alter table story drop column pressing_since;
