-- migrate:up
create index audit_by_subject on audit (subject, id);
create index audit_by_actor on audit (actor, id);

-- migrate:down
drop index audit_by_subject, audit_by_actor;
