-- Figures that are kept, so that no page counts rows. Made from the log, and thrown away at will.

-- A call as the list of the latest shows it, and what its figures follow from. Moments are epoch microseconds.
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
  ai_turns      text not null,
  call_view     text not null,
  primary key (call_id)
);

-- Sums over calls of one stretch of time, by when they began. Hidden calls are in none.
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
