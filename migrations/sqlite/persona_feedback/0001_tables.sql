-- Grades and corrections, by quarter hour, agent and persona version. Derived from the log; can be rebuilt at any time.

-- A correction: what a reviewer wrote the agent should have said. Times are epoch microseconds.
create table feedback_corrections (
  call_id         text not null,
  correction      integer not null,
  tenant          text not null,
  agent           text not null,
  persona_version integer not null,
  turn            integer,
  note            text,
  noted_by        text,
  noted_at        integer,
  in_force        integer not null,
  withdrawn       integer not null,
  primary key (call_id, correction)
) strict, without rowid;

-- Grades of the calls that started in one quarter hour (since 1970-01-01T00:00Z). Hidden calls are excluded.
create table feedback_counts (
  tenant            text not null,
  quarter_hour      integer not null,
  agent             text not null,
  persona_version   integer not null,
  good              integer not null,
  needs_improvement integer not null,
  corrections       integer not null,
  primary key (tenant, quarter_hour, agent, persona_version)
) strict, without rowid;
