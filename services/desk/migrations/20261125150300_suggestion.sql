-- migrate:up
-- The suggestions of a request stand apart: a page that lists requests reads rows a tenth as long, and a fact that changes a request writes them.
create table suggestion (
    request text primary key,
    doc text not null
) with (toast_tuple_target = 8160);
insert into suggestion (request, doc) select request, suggestion from request where suggestion <> '';
alter table request drop column suggestion;

-- migrate:down
alter table request add column suggestion text not null default '';
update request r set suggestion = s.doc from suggestion s where s.request = r.request;
drop table suggestion;
