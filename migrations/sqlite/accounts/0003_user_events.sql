-- Whether the user operates the installation: read models, tenants. The first user does.
alter table users add column operator integer not null default 0;
update users set operator = 1 where user_id in (select user_id from founder);

-- The id that the invited person will have. Absent in invitations of earlier versions.
alter table invitations add column user_id text;

create table tenants (
  tenant     text    primary key not null,
  created_at integer not null
) strict, without rowid;
insert into tenants (tenant, created_at) select tenant, min(created_at) from users group by tenant;
insert or ignore into tenants (tenant, created_at) values ('default', 0);

-- What was done to users and is not in the log yet. Each row is stored in the transaction that did it.
create table user_events (
  number         integer primary key autoincrement,
  event_id       text    not null unique,
  tenant         text    not null,
  user_id        text    not null,
  actor          text    not null,
  correlation_id text    not null,
  event          text    not null
) strict;

-- Wrong passwords, by minute. After the minute they become one event.
create table failed_sign_ins (
  user_id  text    not null,
  address  text    not null,
  minute   integer not null,
  attempts integer not null,
  primary key (user_id, address, minute)
) strict, without rowid;
create index failed_sign_ins_by_minute on failed_sign_ins (minute);
