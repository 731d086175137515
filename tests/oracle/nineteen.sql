-- The nineteen criteria of the form straight from the raw cells: an implementation which shares nothing with the engine.
--
-- Given: cells(source, year, file, nr, organisation, item, cell, link)  one row per cell of every file, as it is written
--        items(source, item, flag, at_most, only_if, linked)            what may be asked, and what it must agree with
--        units(id, name, kind, aliases, valid_from, valid_to)           the roster as it is written
--        criteria(code, source, counted, whole, having, since, until)   whole = null: organisations; years inclusive
--        accepted(year, source, unit, file)                             which file counts where there are two
--        exemptions(unit, code, since, until)
--        years(year)

create or replace temp table spelt as
select distinct id as unit, trim(name) as spelling from units
union
select distinct id, trim(unnest(string_split(coalesce(aliases, ''), ';'))) from units;

create or replace temp table living as
select u.id as unit, y.year
from units u
join years y
  on coalesce(u.valid_from, date '0001-01-01') <= make_date(y.year, 12, 31)
 and coalesce(u.valid_to, date '9999-12-31') >= make_date(y.year, 12, 31);

-- An organisation which told one source two different things has told it nothing.
create or replace temp table answers as
with known as (
  select s.unit, c.*
  from cells c
  join spelt s on s.spelling = trim(c.organisation) and s.spelling <> ''
  left join accepted a on a.unit = s.unit and a.source = c.source and a.year = c.year
  where coalesce(a.file, c.file) = c.file
),
once as (
  select unit, source, year, item, count(distinct cell) as tellings, min(cell) as cell, max(link) as link
  from known
  group by all
),
disputed as (
  select distinct unit, source, year from once where tellings > 1
),
numbers as (
  select
    o.unit, o.year, o.item, o.link, i.flag,
    d.unit is not null as disputed,
    lower(trim(coalesce(o.cell, ''))) as text
  from once o
  join items i using (source, item)
  left join disputed d using (unit, source, year)
),
read as (
  select
    unit, year, item, nullif(trim(link), '') as link, disputed,
    text in ('', 'сайт недоступен') as silent,
    case
      when flag and text in ('да', 'имеется', 'есть', '1') then 1
      when flag and text in ('нет', '0') then 0
      when not flag then try_cast(regexp_extract(text, '^([0-9]+)( чел\.)?$', 1) as double)
    end as number
  from numbers
)
select
  unit, year, item, link,
  case when not disputed then number end as number,
  disputed or (number is null and not silent) as bad
from read;

-- A part above its whole, or a number under a «no», spoils the part and nothing else.
create or replace temp table sound as
select
  a.unit, a.year, a.item, a.link,
  a.bad or coalesce(a.number > w.number, false) or coalesce(a.number > 0 and f.number = 0, false) as bad,
  a.number
from answers a
join items i using (item)
left join answers w on w.unit = a.unit and w.year = a.year and w.item = i.at_most
left join answers f on f.unit = a.unit and f.year = a.year and f.item = i.only_if;

create or replace temp table organisations as
with asked as (
  select u.unit, y.year, c.*, l.unit is not null as lives, i.linked
  from (select distinct id as unit from units) u
  cross join years y
  join criteria c on y.year between c.since and c.until
  join items i on i.item = c.counted
  left join living l on l.unit = u.unit and l.year = y.year
),
put_together as (
  select
    q.unit, q.year, q.code, q.lives, q.linked,
    n.number as numerator, n.link,
    case when q.whole is null then 1 else d.number end as denominator,
    coalesce(n.bad, false) or coalesce(d.bad, false) or coalesce(h.bad, false) as bad,
    q.having is not null and h.number = 0 and not h.bad as outside,
    x.unit is not null as exempt
  from asked q
  left join sound n on n.unit = q.unit and n.year = q.year and n.item = q.counted
  left join sound d on d.unit = q.unit and d.year = q.year and d.item = q.whole
  left join sound h on h.unit = q.unit and h.year = q.year and h.item = q.having
  left join exemptions x
    on x.unit = q.unit and x.code = q.code and make_date(q.year, 12, 31) between x.since and x.until
)
select
  unit, year, code, numerator, denominator,
  case
    when not lives then 'not_defined'
    when exempt or coalesce(outside, false) then 'not_applicable'
    when bad then 'invalid'
    when denominator = 0 and coalesce(numerator, 0) = 0 then 'not_applicable'
    when numerator is null or denominator is null then 'not_reported'
    when numerator > denominator then 'invalid'
    else 'ok'
  end as state,
  not linked or numerator = 0 or link is not null as proved
from put_together;

-- The answer: organisations, then the district, which is a sum of their sums.
create or replace temp table oracle as
with counted as (
  select
    unit, year, code, state,
    case when state = 'ok' then numerator end as numerator,
    case when state = 'ok' then denominator end as denominator,
    cast(state in ('ok', 'not_reported', 'invalid') as bigint) as expected,
    cast(state = 'ok' as bigint) as reported,
    cast(state = 'ok' and proved as bigint) as evidenced
  from organisations
),
district as (
  select
    getvariable('root') as unit, year, code,
    case
      when sum(expected) = 0 then 'not_applicable'
      when sum(reported) = sum(expected) then 'ok'
      when sum(reported) > 0 then 'partial'
      else 'not_reported'
    end as state,
    sum(numerator) as numerator, sum(denominator) as denominator,
    sum(expected)::bigint as expected, sum(reported)::bigint as reported, sum(evidenced)::bigint as evidenced
  from counted
  group by all
)
select *, numerator / denominator * 100 as value
from (select * from counted union all by name select * from district);
