-- migrate:up
-- peers whom the adviser of their own region asks not to ask until a day; a row is gone when that day has come, or the adviser says otherwise
create table not_now (
    peer text primary key,
    until date not null
);
insert into not_now (peer, until)
    select peer, until from (
        select distinct on (peer) peer, answer, until from heads_up where answer is not null order by peer, answered_at desc
    ) as latest where answer = 'not_now';
insert into due (kind, subject, due_at) select 'not_now_over', peer, until::timestamp at time zone 'Europe/London' from not_now;

-- migrate:down
drop table not_now;
