-- One service's database and role, for psql. Hears the variables :database and :role and the environment variable ROLE_PASSWORD.
\getenv password ROLE_PASSWORD
-- one at a time: two that revoke on the same databases at once would fail
select pg_advisory_lock(7201000) \gset
select format('create role %I', :'role') where not exists (select from pg_roles where rolname = :'role') \gexec
alter role :"role" with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'password';
select format('create database %I owner %I', :'database', :'role') where not exists (select from pg_database where datname = :'database') \gexec
alter database :"database" owner to :"role";
revoke all on database :"database", postgres, template1 from public;
