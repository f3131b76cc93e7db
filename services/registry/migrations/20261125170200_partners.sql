-- migrate:up
-- partner organisations stand among the councils, without a GSS code; associates and services belong to them, and may be paid by the day
alter table council alter gss_code drop not null;
alter table peer drop constraint peer_kind_check;
alter table peer add constraint peer_kind_check check (kind in ('member', 'officer', 'associate', 'organisation'));
alter table peer add column day_rate integer check (day_rate >= 0);

-- migrate:down
alter table peer drop column day_rate;
alter table peer drop constraint peer_kind_check;
alter table peer add constraint peer_kind_check check (kind in ('member', 'officer'));
alter table council alter gss_code set not null;
