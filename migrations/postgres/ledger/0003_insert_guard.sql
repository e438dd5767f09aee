-- Inserts are accepted only from `append_events`, and are checked as on SQLite: positions without a gap, sequences
-- without a gap, times that never fall. One check per statement, over the rows that it added.
create function check_appended() returns trigger language plpgsql as $$
declare
  first_position bigint;
  last_position bigint;
  rows_added bigint;
  first_time bigint;
  head_position bigint;
  head_time bigint;
begin
  select min(a.position), max(a.position), count(*), min(a.recorded_at)
    into first_position, last_position, rows_added, first_time from added a;
  if rows_added = 0 then
    return null;
  end if;
  if coalesce(current_setting('call_ledger.appending', true), '') <> 'on' then
    raise exception 'events are append-only: insert through append_events';
  end if;
  select e.position, e.recorded_at into head_position, head_time
    from events e where e.position < first_position order by e.position desc limit 1;
  if first_position <> coalesce(head_position, 0) + 1 or last_position - first_position + 1 <> rows_added then
    raise exception 'events are append-only: an insert must not leave a gap between positions';
  end if;
  if first_time < coalesce(head_time, first_time) or exists (
    select 1 from (select a.recorded_at, lag(a.recorded_at) over (order by a.position) as before from added a) t
     where t.recorded_at < t.before
  ) then
    raise exception 'events are append-only: an insert must not go back in time';
  end if;
  if exists (
    select 1
      from (select a.aggregate_type, a.aggregate_id, min(a.sequence) as first, max(a.sequence) as last, count(*) as n
              from added a group by a.aggregate_type, a.aggregate_id) s
     where s.last - s.first + 1 <> s.n
        or (s.first > 1 and not exists (
              select 1 from events e
               where e.aggregate_type = s.aggregate_type and e.aggregate_id = s.aggregate_id
                 and e.sequence = s.first - 1))
  ) then
    raise exception 'events are append-only: an insert must not leave a gap in a stream';
  end if;
  return null;
end $$;

create trigger events_check_appended after insert on events
  referencing new table as added for each statement execute function check_appended();
alter table events enable always trigger events_check_appended;

create function refuse_direct_insert() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('call_ledger.appending', true), '') <> 'on' then
    raise exception '% is append-only: insert through append_events', tg_table_name;
  end if;
  return null;
end $$;

create trigger command_keys_refuse_direct_insert before insert on command_keys
  for each statement execute function refuse_direct_insert();
alter table command_keys enable always trigger command_keys_refuse_direct_insert;

-- As before, and with the rights of its owner: a role that may only select and call it can append, and insert nothing.
-- The setting is made in the body: as a setting of the function it would need a superuser.
create or replace function append_events(
  a_type text[], a_id text[], a_expected bigint[], a_key bytea[],
  e_append int[], e_aggregate_type text[], e_aggregate_id text[], e_sequence bigint[],
  e_type text[], e_version text[], e_payload text[], e_metadata text[],
  now_us bigint,
  out last_position bigint, out recorded_at bigint, out states smallint[], out numbers bigint[]
) language plpgsql security definer set search_path from current as $$
declare
  head_position bigint;
  head_time bigint;
begin
  perform pg_advisory_xact_lock(4276994270);

  select e.position, e.recorded_at into head_position, head_time from events e order by e.position desc limit 1;
  last_position := coalesce(head_position, 0);
  recorded_at := greatest(now_us, coalesce(head_time, 0));

  select array_agg((case when k.position is not null then 1
                         when coalesce(h.sequence, 0) <> a.expected then 2
                         else 0 end)::smallint order by a.n),
         array_agg(coalesce(k.position, h.sequence, 0) order by a.n)
    into states, numbers
    from unnest(a_type, a_id, a_expected, a_key) with ordinality as a(aggregate_type, aggregate_id, expected, key, n)
    left join lateral (select c.position from command_keys c where c.key_digest = a.key limit 1) k on true
    left join lateral (
      select e.sequence from events e
       where e.aggregate_type = a.aggregate_type and e.aggregate_id = a.aggregate_id
       order by e.sequence desc limit 1
    ) h on true;

  if 0 = any (states) then
    perform set_config('call_ledger.appending', 'on', true);
    with incoming as (
      select append_events.last_position + row_number() over (order by e.n) as position, e.*
        from unnest(e_append, e_aggregate_type, e_aggregate_id, e_sequence, e_type, e_version, e_payload, e_metadata)
             with ordinality
             as e(append, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, n)
       where states[e.append] = 0
    ), written as (
      insert into events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at)
      select i.position, i.aggregate_type, i.aggregate_id, i.sequence, i.event_type, i.event_version,
             i.payload::json, i.metadata::json, append_events.recorded_at
        from incoming i order by i.position
    )
    insert into command_keys (key_digest, position)
    select a.key, max(i.position)
      from incoming i
      join unnest(a_key) with ordinality as a(key, n) on a.n = i.append
     where a.key is not null
     group by a.key;
    perform set_config('call_ledger.appending', 'off', true);
    perform pg_notify('call_ledger_events', append_events.last_position::text);
  end if;
end $$;

revoke execute on function append_events(text[], text[], bigint[], bytea[], int[], text[], text[], bigint[], text[],
  text[], text[], text[], bigint) from public;
