-- migrate:up

-- more of what is dated about a peer: training, evidence of a theme (item: the theme, value: the level), and feedback on the work of a team
-- (item: the match and the council that gave it, value: 1 to 5)
alter table dated drop constraint dated_kind_check;
alter table dated add constraint dated_kind_check check (kind in
    ('accreditations', 'training', 'interests', 'absences', 'releases', 'evidence', 'feedback', 'inspections', 'interventions'));

-- travel: the regions that a peer goes to; none means all
alter table peer add column languages text[] not null default '{}', add column travel text[] not null default '{}';

-- migrate:down
alter table peer drop column languages, drop column travel;
delete from dated where kind in ('training', 'evidence', 'feedback');
alter table dated drop constraint dated_kind_check;
alter table dated add constraint dated_kind_check check (kind in
    ('accreditations', 'interests', 'absences', 'releases', 'inspections', 'interventions'));
