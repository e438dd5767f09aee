-- Maintained figures, so that no query counts rows. Derived from the log; can be rebuilt at any time.

-- A call as shown in the list of latest calls. Times are epoch microseconds.
create table dashboard_calls (
  call_id       text collate "C" not null,
  tenant        text not null,
  listed        bigint not null,
  started_at    bigint not null,
  direction     text,
  status        text not null,
  voicemail     bigint not null,
  agent         text,
  caller_number text,
  caller_name   text,
  called_number text,
  duration_s    bigint,
  grade         text,
  primary key (call_id)
);

-- Sums over the calls that started in one period. Hidden calls are excluded.
create table figures (
  tenant                   text collate "C" not null,
  scale                    text collate "C" not null,
  bucket                   bigint not null,
  calls                    bigint not null,
  inbound                  bigint not null,
  outbound                 bigint not null,
  missed                   bigint not null,
  voicemail                bigint not null,
  answered                 bigint not null,
  completed                bigint not null,
  failed                   bigint not null,
  busy                     bigint not null,
  no_answer                bigint not null,
  canceled                 bigint not null,
  talked                   bigint not null,
  talk_s                   bigint not null,
  waited                   bigint not null,
  wait_ms                  bigint not null,
  ai_turns                 bigint not null,
  latency_count            bigint not null,
  latency_sum_ms           bigint not null,
  graded_good              bigint not null,
  graded_needs_improvement bigint not null,
  recorded                 bigint not null,
  taken_over               bigint not null,
  transferred              bigint not null,
  resolved                 bigint not null,
  primary key (tenant, scale, bucket)
);
