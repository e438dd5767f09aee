-- Grades and corrections, by quarter hour, agent and persona version. Derived from the log; can be rebuilt at any time.

-- A correction: what a reviewer wrote the agent should have said. Times are epoch microseconds.
create table feedback_corrections (
  call_id         text collate "C" not null,
  correction      bigint not null,
  tenant          text not null,
  agent           text not null,
  persona_version bigint not null,
  turn            bigint,
  note            text,
  noted_by        text,
  noted_at        bigint,
  in_force        bigint not null,
  withdrawn       bigint not null,
  primary key (call_id, correction)
);

-- Grades of the calls that started in one quarter hour (since 1970-01-01T00:00Z). Hidden calls are excluded.
create table feedback_counts (
  tenant            text collate "C" not null,
  quarter_hour      bigint not null,
  agent             text collate "C" not null,
  persona_version   bigint not null,
  good              bigint not null,
  needs_improvement bigint not null,
  corrections       bigint not null,
  primary key (tenant, quarter_hour, agent, persona_version)
);
