-- Judgements and corrections, by day, agent and persona version. Made from the log, and thrown away at will.

-- What a call's feedback follows from.
create table feedback_calls (
  call_id text collate "C" not null,
  tenant  text not null,
  call_view text not null,
  primary key (call_id)
);

-- What a reviewer wrote should have been said. Moments are epoch microseconds.
create table feedback_corrections (
  call_id         text collate "C" not null,
  correction      bigint not null,
  tenant          text not null,
  agent           text not null,
  persona_version bigint not null,
  day             bigint not null,
  turn            bigint,
  note            text,
  noted_by        text,
  noted_at        bigint,
  in_force        bigint not null,
  withdrawn       bigint not null,
  primary key (call_id, correction)
);

-- Judgements of the calls of one day. Hidden calls are in none.
create table feedback_days (
  tenant            text collate "C" not null,
  day               bigint not null,
  agent             text collate "C" not null,
  persona_version   bigint not null,
  good              bigint not null,
  needs_improvement bigint not null,
  corrections       bigint not null,
  primary key (tenant, day, agent, persona_version)
);
