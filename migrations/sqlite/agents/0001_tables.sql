-- Agents: settings, hours, numbers, personas. Derived from the log; can be rebuilt at any time.

-- An agent. Times are epoch microseconds.
create table agents (
  agent_id        text not null,
  tenant          text not null,
  name            text,
  language        text,
  settings        text not null,
  hours           text,
  emergency       integer not null,
  emergency_at    integer,
  persona_version integer not null,
  created_at      integer not null,
  changed_at      integer not null,
  archived        integer not null,
  primary key (agent_id)
) strict;

-- A number that an agent answers.
create table agent_numbers (
  agent_id    text not null,
  number      text not null,
  tenant      text not null,
  assigned_at integer not null,
  primary key (agent_id, number)
) strict, without rowid;

-- A version of an agent's persona. Times are epoch microseconds.
create table personas (
  agent_id    text not null,
  version     integer not null,
  tenant      text not null,
  state       text not null,
  in_force    integer not null,
  rules       text not null,
  sources     text not null,
  proposed_by text,
  proposed_at integer,
  decided_by  text,
  decided_at  integer,
  primary key (agent_id, version)
) strict;

-- The tenant that a number belongs to.
create table number_owners (
  number text not null,
  tenant text not null,
  primary key (number)
) strict;
