-- Users, login sessions, API tokens and invitations: mutable tables, because a password hash must not be in an
-- immutable log. Tokens are stored as SHA-256 only, so that a reader of these tables cannot sign in with them.
create table users (
  user_id       text    primary key not null,
  tenant        text    not null,
  email         text    not null unique,
  name          text    not null,
  role          text    not null check (role in ('admin', 'agent', 'auditor', 'analyst')),
  password_hash text    not null,
  active        integer not null,
  created_at    integer not null,
  last_seen_at  integer
) strict, without rowid;

-- At most one row: the user who inserts it is the first user and becomes admin.
create table founder (
  one     integer primary key not null check (one = 1),
  user_id text    not null references users (user_id)
) strict;

create table sessions (
  token_hash text    primary key not null,
  user_id    text    not null references users (user_id) on delete cascade,
  created_at integer not null,
  expires_at integer not null
) strict, without rowid;
create index sessions_by_user on sessions (user_id);

create table api_tokens (
  token_id   text    primary key not null,
  token_hash text    not null unique,
  user_id    text    not null references users (user_id) on delete cascade,
  label      text    not null,
  created_at integer not null,
  expires_at integer
) strict, without rowid;
create index api_tokens_by_user on api_tokens (user_id);

create table invitations (
  token_hash text    primary key not null,
  tenant     text    not null,
  email      text    not null,
  role       text    not null check (role in ('admin', 'agent', 'auditor', 'analyst')),
  invited_by text    not null,
  created_at integer not null,
  expires_at integer not null,
  used_at    integer
) strict, without rowid;

-- Which users are online at which process. A process writes its row again and again, each time with a higher beat.
create table presence (
  process text    primary key,
  beat    integer not null,
  online  text    not null
) strict;
