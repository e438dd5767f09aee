-- The log. Its first columns are those of the cqrs-es schema, so that sqlite-es can read the streams.
create table events (
  position       integer primary key not null,
  aggregate_type text    not null check (length(aggregate_type) <= 64),
  aggregate_id   text    not null check (length(aggregate_id) <= 255),
  sequence       integer not null check (sequence > 0),
  event_type     text    not null check (length(event_type) <= 64),
  event_version  text    not null check (length(event_version) <= 64),
  payload        text    not null,
  metadata       text    not null,
  recorded_at    integer not null,
  unique (aggregate_type, aggregate_id, sequence)
) strict;

-- The keys of executed commands. An event's metadata holds the key itself; its digest takes a third of the space.
create table command_keys (
  key_digest blob    primary key not null check (length(key_digest) = 16),
  position   integer not null
) strict, without rowid;

create trigger events_refuse_update before update on events
begin select raise(abort, 'events are append-only: update refused'); end;

create trigger events_refuse_delete before delete on events
begin select raise(abort, 'events are append-only: delete refused'); end;

-- `insert or replace` deletes a conflicting row without firing delete triggers (unless recursive_triggers is on), so it
-- is refused here. The position must be the next one: that keeps the log dense and excludes existing positions.
create trigger events_refuse_insert before insert on events
when new.position <> coalesce((select max(position) from events), 0) + 1
  or exists (select 1 from events
             where aggregate_type = new.aggregate_type and aggregate_id = new.aggregate_id and sequence = new.sequence)
  or new.recorded_at < (select recorded_at from events where position = new.position - 1)
begin
  select raise(abort, 'events are append-only: an insert must not replace a row, leave a gap or go back in time');
end;

create trigger command_keys_refuse_update before update on command_keys
begin select raise(abort, 'command keys are append-only: update refused'); end;

create trigger command_keys_refuse_delete before delete on command_keys
begin select raise(abort, 'command keys are append-only: delete refused'); end;

create trigger command_keys_refuse_replace before insert on command_keys
when exists (select 1 from command_keys where key_digest = new.key_digest)
begin select raise(abort, 'command keys are append-only: replace refused'); end;
