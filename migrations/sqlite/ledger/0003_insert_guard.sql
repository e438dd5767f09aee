-- On SQLite, the triggers of 0001 guard inserts. This row is written to learn whether an append would succeed: a disk that
-- is full shows only when something is written. After an append has failed, as much is written as a large append needs.
create table write_probe (
  one    integer primary key check (one = 1),
  at     integer not null,
  filler blob    not null
) strict;
