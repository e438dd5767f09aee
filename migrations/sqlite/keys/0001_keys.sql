-- Data keys, one per stream, each wrapped by a master key. Stored and backed up separately from the events.
create table data_keys (
  aggregate_type text    not null,
  aggregate_id   text    not null,
  master_key_id  text,
  wrapped        text,
  created_at     integer not null,
  destroyed_at   integer,
  primary key (aggregate_type, aggregate_id)
) strict, without rowid;

-- A value that the master key must be able to unseal, so that a wrong key is detected at startup.
create table master_keys (
  master_key_id text    primary key not null,
  proof         text    not null,
  created_at    integer not null
) strict, without rowid;
