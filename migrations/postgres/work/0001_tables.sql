-- What is left to do. Made from the log, and thrown away at will.

-- What the work of a stream follows from.
create table work_streams (
  stream text collate "C" not null,
  tenant text not null,
  document text not null,
  primary key (stream)
);

-- Something to do. Moments are epoch microseconds.
create table work_items (
  stream         text collate "C" not null,
  kind           text collate "C" not null,
  item           text collate "C" not null,
  aggregate_type text not null,
  tenant         text not null,
  state          text not null,
  priority       bigint not null,
  not_before     bigint not null,
  attempts       bigint not null,
  max_attempts   bigint,
  detail         text not null,
  primary key (stream, kind, item)
);
