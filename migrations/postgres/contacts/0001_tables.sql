-- Contacts, and the calls of each number. Derived from the log; can be rebuilt at any time.

-- A contact. Times are epoch microseconds.
create table contacts (
  contact_id         text collate "C" not null,
  tenant             text not null,
  name               text,
  sort_name          text collate "C" not null,
  phone              text,
  listed             bigint not null,
  added_at           bigint not null,
  added_by           text,
  removed            bigint not null,
  erased             bigint not null,
  primary key (contact_id)
);

-- A call by the number of the external party. Times are epoch microseconds.
create table calls_by_number (
  call_id    text collate "C" not null,
  tenant     text not null,
  number     text,
  started_at bigint not null,
  direction  text,
  status     text not null,
  duration_s bigint,
  primary key (call_id)
);
