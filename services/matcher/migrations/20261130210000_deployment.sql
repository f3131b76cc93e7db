-- migrate:up
-- What the ledger of spread reads: a row for each line of a story in which days are spent, written with the story. The story is the original.
create table deployment (
    request text not null,
    line integer not null,
    host text not null,
    region text not null,
    kind text not null,
    starts date not null,
    peer text not null,
    council text not null,
    days double precision not null,
    former boolean not null,
    fit double precision,
    best_fit double precision,
    best_council text,
    primary key (request, line)
);
create index deployment_starts on deployment (starts);

insert into deployment
with given as materialized (select request, host, region, kind, doc::jsonb -> 'match' as match from story where state in ('placed', 'completed')),
lines as (
    select g.*, l, false as former from given g, jsonb_array_elements(match -> 'lines') as l
    union all
    select g.*, l, true from given g, jsonb_array_elements(coalesce(match -> 'former', '[]')) as l
),
listed as (
    select request, place ->> 'place' as place, c ->> 'peer' as peer, c ->> 'council' as council, (c ->> 'fit')::double precision as fit,
        row_number() over (partition by request, place ->> 'place' order by (c ->> 'fit')::double precision desc, (c ->> 'rank')::integer) as nth
    from given, jsonb_array_elements(case jsonb_typeof(match -> 'suggestion') when 'object' then match -> 'suggestion' -> 'places' else '[]' end) as place,
        jsonb_array_elements(place -> 'candidates') as c
)
select s.request, (s.l ->> 'line')::integer, s.host, s.region, s.kind, (s.match ->> 'starts')::date, s.l ->> 'peer', s.l ->> 'council',
    (s.l ->> 'days')::double precision, s.former, chosen.fit, case when chosen.fit is not null then best.fit end,
    case when chosen.fit is not null then best.council end
from lines s
left join listed chosen on not s.former and chosen.request = s.request and chosen.place = s.l ->> 'place' and chosen.peer = s.l ->> 'peer'
left join listed best on best.request = s.request and best.place = s.l ->> 'place' and best.nth = 1;

-- migrate:down
drop table deployment;
