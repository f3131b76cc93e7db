-- migrate:up

-- In which order peers and councils have changed, so that a copy in memory can ask for what is new. Whoever changes them holds the
-- register's lock until the commit, so a higher number is never seen before a lower one. A trigger, for no statement can forget it.
create sequence register_change;
alter table council add column change bigint not null default nextval('register_change');
alter table peer add column change bigint not null default nextval('register_change');
create index council_change on council (change);
create index peer_change on peer (change);

create function register_changes() returns trigger language plpgsql as $$
begin
    new.change := nextval('register_change');
    return new;
end $$;
create trigger council_changes before update on council for each row execute function register_changes();
create trigger peer_changes before update on peer for each row execute function register_changes();

-- migrate:down
drop trigger peer_changes on peer;
drop trigger council_changes on council;
drop function register_changes;
alter table peer drop column change;
alter table council drop column change;
drop sequence register_change;
