-- What is left to do. Made from the log, and thrown away at will.

-- What the work of a stream follows from.
create table work_streams (
  stream text not null,
  tenant text not null,
  document text not null,
  primary key (stream)
) strict;

-- Something to do. Moments are epoch microseconds.
create table work_items (
  stream         text not null,
  kind           text not null,
  item           text not null,
  aggregate_type text not null,
  tenant         text not null,
  state          text not null,
  priority       integer not null,
  not_before     integer not null,
  attempts       integer not null,
  max_attempts   integer,
  detail         text not null,
  primary key (stream, kind, item)
) strict;
