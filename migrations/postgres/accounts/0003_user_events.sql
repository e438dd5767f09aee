-- Whether the user operates the installation: read models, tenants. The first user does.
alter table users add column operator boolean not null default false;
update users set operator = true where user_id in (select user_id from founder);

-- The id that the invited person will have. Absent in invitations of earlier versions.
alter table invitations add column user_id text;

create table tenants (
  tenant     text   primary key,
  created_at bigint not null
);
insert into tenants (tenant, created_at) select tenant, min(created_at) from users group by tenant;
insert into tenants (tenant, created_at) values ('default', 0) on conflict do nothing;

-- What was done to users and is not in the log yet. Each row is stored in the transaction that did it.
create table user_events (
  number         bigint generated always as identity primary key,
  event_id       text   not null unique,
  tenant         text   not null,
  user_id        text   not null,
  actor          text   not null,
  correlation_id text   not null,
  event          text   not null
);

-- Wrong passwords, by minute. After the minute they become one event.
create table failed_sign_ins (
  user_id  text   not null,
  address  text   not null,
  minute   bigint not null,
  attempts bigint not null,
  primary key (user_id, address, minute)
);
create index failed_sign_ins_by_minute on failed_sign_ins (minute);
