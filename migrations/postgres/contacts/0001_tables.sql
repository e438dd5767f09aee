-- Contacts, the calls of each number, and suppressed numbers. Derived from the log; can be rebuilt at any time.

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
  hidden     bigint not null,
  started_at bigint not null,
  direction  text,
  status     text not null,
  duration_s bigint,
  primary key (call_id)
);

-- A number that is or was suppressed. Times are epoch microseconds.
create table suppressions (
  callee_id     text not null,
  tenant        text not null,
  number        text,
  suppressed    bigint not null,
  suppressed_at bigint not null,
  origin        text not null,
  call_id       text,
  suppressed_by text,
  contact_id    text,
  primary key (callee_id)
);

-- Who a quarantined webhook is about, so that it is erased with the person.
create table webhook_parties (
  webhook_id text not null,
  n          bigint not null,
  tenant     text not null,
  value      text not null,
  primary key (webhook_id, n)
);
