-- Contacts, and the calls of each number. Derived from the log; can be rebuilt at any time.

-- A contact. Times are epoch microseconds.
create table contacts (
  contact_id         text not null,
  tenant             text not null,
  name               text,
  sort_name          text not null,
  phone              text,
  listed             integer not null,
  added_at           integer not null,
  added_by           text,
  removed            integer not null,
  erased             integer not null,
  primary key (contact_id)
) strict;

-- A call by the number of the external party. Times are epoch microseconds.
create table calls_by_number (
  call_id    text not null,
  tenant     text not null,
  number     text,
  started_at integer not null,
  direction  text,
  status     text not null,
  duration_s integer,
  primary key (call_id)
) strict;
