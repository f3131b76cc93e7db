-- migrate:up
-- answers to commands are kept for a time only: the oldest are looked for every minute
create index command_at on command (at);

-- migrate:down
drop index command_at;
