-- Work items of jobs. Derived from the log; can be rebuilt at any time.

-- A work item. Times are epoch microseconds.
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
