-- The index key, which finds what belongs to a telephone number, wrapped by the master key. Two rows only while the
-- master key is being replaced. It is stored with the log, so that a backup of the log contains it.
create table index_keys (
  master_key_id text    primary key not null,
  wrapped       text    not null,
  created_at    integer not null
) strict, without rowid;
