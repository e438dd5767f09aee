-- The log. Its first columns are those of the cqrs-es schema, so that postgres-es can read the streams.
-- `json`, not `jsonb`: it preserves the bytes as written, and the bytes are hashed.
create table events (
  position       bigint primary key,
  aggregate_type text   not null check (length(aggregate_type) <= 64),
  aggregate_id   text   not null check (length(aggregate_id) <= 255),
  sequence       bigint not null check (sequence > 0),
  event_type     text   not null check (length(event_type) <= 64),
  event_version  text   not null check (length(event_version) <= 64),
  payload        json   not null,
  metadata       json   not null,
  recorded_at    bigint not null,
  unique (aggregate_type, aggregate_id, sequence)
);

-- The keys of executed commands. An event's metadata holds the key itself; its digest takes a third of the space.
create table command_keys (
  key_digest bytea  primary key check (length(key_digest) = 16),
  position   bigint not null
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, lower(tg_op);
end $$;

create trigger events_refuse_change before update or delete on events
  for each row execute function refuse_change();
create trigger events_refuse_truncate before truncate on events
  for each statement execute function refuse_change();
create trigger command_keys_refuse_change before update or delete on command_keys
  for each row execute function refuse_change();
create trigger command_keys_refuse_truncate before truncate on command_keys
  for each statement execute function refuse_change();

-- Ordinary triggers do not fire with `session_replication_role = replica`; these do.
alter table events enable always trigger events_refuse_change;
alter table events enable always trigger events_refuse_truncate;
alter table command_keys enable always trigger command_keys_refuse_change;
alter table command_keys enable always trigger command_keys_refuse_truncate;

-- Writes one batch of appends. Each append has a stream (at most once per batch) and the expected sequence.
--
-- The lookups are lateral with a limit, so that the planner uses the indexes regardless of table statistics. The lock
-- is held until commit, so that positions become visible in order and a reader needs only one number as its checkpoint.
-- It is taken in its own statement, so that the following statements see what the previous holder committed.
--
-- Returns the last position before the batch, the time of recording, and for each append its state (0 committed, 1
-- duplicate, 2 conflict) with a number: for a duplicate the position of the first execution, for a conflict the actual
-- sequence of the stream.
create function append_events(
  a_type text[], a_id text[], a_expected bigint[], a_key bytea[],
  e_append int[], e_aggregate_type text[], e_aggregate_id text[], e_sequence bigint[],
  e_type text[], e_version text[], e_payload text[], e_metadata text[],
  now_us bigint,
  out last_position bigint, out recorded_at bigint, out states smallint[], out numbers bigint[]
) language plpgsql as $$
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
    perform pg_notify('call_ledger_events', append_events.last_position::text);
  end if;
end $$;
