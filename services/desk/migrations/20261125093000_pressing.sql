-- migrate:up

-- since when a request counts as waiting, as the matcher said with its last proposal: the earlier, the more pressing
alter table request add column pressing_since timestamptz;

-- migrate:down
alter table request drop column pressing_since;
