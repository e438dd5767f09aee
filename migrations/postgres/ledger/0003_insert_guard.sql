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

-- It runs with the rights of its owner, so that a role that may only select and call it can append, and insert nothing.
-- The guard's setting lasts as long as the call.
alter function append_events(text[], text[], bigint[], bytea[], int[], text[], text[], bigint[], text[], text[], text[],
  text[], bigint) security definer set search_path from current set call_ledger.appending = 'on';

revoke execute on function append_events(text[], text[], bigint[], bytea[], int[], text[], text[], bigint[], text[],
  text[], text[], text[], bigint) from public;
