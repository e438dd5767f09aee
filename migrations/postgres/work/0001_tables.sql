-- Work items of jobs. Derived from the log; can be rebuilt at any time.

-- A work item. Times are epoch microseconds.
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
