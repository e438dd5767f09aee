-- Agents: settings, hours, numbers, personas. Derived from the log; can be rebuilt at any time.

-- An agent. Times are epoch microseconds.
create table agents (
  agent_id        text collate "C" not null,
  tenant          text not null,
  name            text,
  language        text,
  settings        text not null,
  hours           text,
  emergency       bigint not null,
  emergency_at    bigint,
  persona_version bigint not null,
  created_at      bigint not null,
  changed_at      bigint not null,
  archived        bigint not null,
  primary key (agent_id)
);

-- A number that an agent answers.
create table agent_numbers (
  agent_id    text collate "C" not null,
  number      text collate "C" not null,
  tenant      text not null,
  assigned_at bigint not null,
  primary key (agent_id, number)
);

-- A version of an agent's persona. Times are epoch microseconds.
create table personas (
  agent_id    text collate "C" not null,
  version     bigint not null,
  tenant      text not null,
  state       text not null,
  in_force    bigint not null,
  rules       text not null,
  sources     text not null,
  proposed_by text,
  proposed_at bigint,
  decided_by  text,
  decided_at  bigint,
  primary key (agent_id, version)
);

-- The tenant that a number belongs to.
create table number_owners (
  number text not null,
  tenant text not null,
  primary key (number)
);
