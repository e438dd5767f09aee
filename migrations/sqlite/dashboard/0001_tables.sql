-- Maintained figures, so that no query counts rows. Derived from the log; can be rebuilt at any time.

-- A call as shown in the list of latest calls. Times are epoch microseconds.
create table dashboard_calls (
  call_id       text not null,
  tenant        text not null,
  listed        integer not null,
  started_at    integer not null,
  direction     text,
  status        text not null,
  voicemail     integer not null,
  agent         text,
  caller_number text,
  caller_name   text,
  called_number text,
  duration_s    integer,
  grade         text,
  primary key (call_id)
) strict;

-- Sums over the calls that started in one period. Hidden calls are excluded.
create table figures (
  tenant                   text not null,
  scale                    text not null,
  bucket                   integer not null,
  calls                    integer not null,
  inbound                  integer not null,
  outbound                 integer not null,
  missed                   integer not null,
  voicemail                integer not null,
  answered                 integer not null,
  completed                integer not null,
  failed                   integer not null,
  busy                     integer not null,
  no_answer                integer not null,
  canceled                 integer not null,
  talked                   integer not null,
  talk_s                   integer not null,
  waited                   integer not null,
  wait_ms                  integer not null,
  ai_turns                 integer not null,
  latency_count            integer not null,
  latency_sum_ms           integer not null,
  graded_good              integer not null,
  graded_needs_improvement integer not null,
  recorded                 integer not null,
  taken_over               integer not null,
  transferred              integer not null,
  resolved                 integer not null,
  primary key (tenant, scale, bucket)
) strict, without rowid;
