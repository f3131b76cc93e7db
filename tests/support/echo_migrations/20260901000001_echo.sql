-- migrate:up
-- no unique keys: an effect that happens twice is seen twice
create table heard (thing text not null, number bigint not null check (number >= 0), event_id text not null);
create table shouted (place text not null, words text);
create table reminded (subject text not null, due_at timestamptz not null);
-- what cannot be handled for now; a row taken out is a cause mended
create table trouble (thing text not null, number bigint not null, primary key (thing, number));

-- migrate:down
drop table trouble, reminded, shouted, heard;
