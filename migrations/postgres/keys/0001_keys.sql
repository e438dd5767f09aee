-- Data keys, one a stream, each wrapped by a master key. Kept apart from the events, and backed up apart.
create table data_keys (
  aggregate_type text    not null,
  aggregate_id   text    not null,
  master_key_id  text,
  wrapped        text,
  created_at     bigint not null,
  destroyed_at   bigint,
  primary key (aggregate_type, aggregate_id)
);

-- What a master key must be able to open, so that a wrong one is noticed at start and not at the first reading.
create table master_keys (
  master_key_id text    primary key,
  proof         text    not null,
  created_at    bigint not null
);
