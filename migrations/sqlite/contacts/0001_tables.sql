-- Contacts, the calls of each number, and suppressed numbers. Derived from the log; can be rebuilt at any time.

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
  hidden     integer not null,
  started_at integer not null,
  direction  text,
  status     text not null,
  duration_s integer,
  primary key (call_id)
) strict;

-- A number that is or was suppressed. Times are epoch microseconds.
create table suppressions (
  callee_id     text not null,
  tenant        text not null,
  number        text,
  suppressed    integer not null,
  suppressed_at integer not null,
  origin        text not null,
  call_id       text,
  suppressed_by text,
  contact_id    text,
  primary key (callee_id)
) strict;

-- Who a quarantined webhook is about, so that it is erased with the person.
create table webhook_parties (
  webhook_id text not null,
  n          integer not null,
  tenant     text not null,
  value      text not null,
  primary key (webhook_id, n)
) strict;
