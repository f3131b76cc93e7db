-- migrate:up
-- what a council has received, on its page
create index request_host on request (host) where state in ('placed', 'completed');

-- migrate:down
drop index request_host;
