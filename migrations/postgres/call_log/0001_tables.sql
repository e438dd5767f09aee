-- Calls with their legs, transcripts, recordings, corrections and fields. Derived from the log; can be rebuilt at any
-- time.

-- A call. Times are epoch microseconds.
create table calls (
  call_id           text collate "C" not null,
  tenant            text not null,
  direction         text,
  call_type         text not null,
  lead              text,
  caller_number     text,
  caller_name       text,
  called_number     text,
  agent             text,
  number            text,
  attestation       text,
  status            text not null,
  outcome           text,
  ended_by          text,
  failure_reason    text,
  started_at        bigint not null,
  answered_at       bigint,
  answered_by       text,
  ended_at          bigint,
  duration_s        bigint,
  voicemail         bigint not null,
  voicemail_reason  text,
  recorded          bigint not null,
  phases            text not null,
  persona_version   bigint,
  caller_turns      bigint not null,
  ai_turns          bigint not null,
  interruptions     bigint not null,
  latency_count     bigint not null,
  latency_sum_ms    bigint not null,
  latency_max_ms    bigint,
  taken_over_by     text,
  transferred       bigint not null,
  transferred_to    text,
  escalated         bigint not null,
  do_not_call       bigint not null,
  grade             text,
  graded_by         text,
  graded_at         bigint,
  review_status     text not null,
  disposition       text,
  disposition_label text,
  resolved_by       text,
  resolved_at       bigint,
  notes             text,
  corrections       bigint not null,
  summary           text,
  summary_outcome   text,
  interest          text,
  next_action       text,
  goal_achieved     bigint,
  lead_score        bigint,
  sentiment         text,
  summary_model     text,
  hidden            bigint not null,
  erased            bigint not null,
  in_all            bigint not null,
  in_inbound        bigint not null,
  in_outbound       bigint not null,
  in_voicemail      bigint not null,
  in_failed         bigint not null,
  in_busy_no_answer bigint not null,
  in_resolved       bigint not null,
  in_missed         bigint not null,
  in_pending_review bigint not null,
  in_answered       bigint not null,
  in_taken_over     bigint not null,
  in_transferred    bigint not null,
  in_recorded       bigint not null,
  primary key (call_id)
);

-- Search text in lower case: names and numbers, and the transcript once the call is over.
create table call_search (
  call_id text collate "C" not null,
  text    text not null,
  primary key (call_id)
);

-- A leg of a call.
create table participants (
  call_id     text collate "C" not null,
  leg         text collate "C" not null,
  tenant      text not null,
  role        text not null,
  joined_at   bigint,
  left_at     bigint,
  primary key (call_id, leg)
);

-- A transcript segment: a turn of the live conversation (`engine` is `turns`), or a part of a transcript.
create table transcript_segments (
  call_id         text collate "C" not null,
  phase           text collate "C" not null,
  engine          text collate "C" not null,
  n               bigint not null,
  speaker         text collate "C" not null,
  tenant          text not null,
  text            text,
  sentiment       text,
  start_ms        bigint,
  end_ms          bigint,
  started_at      bigint,
  ended_at        bigint,
  confidence      double precision,
  source          text,
  persona_version bigint,
  model           text,
  latency_ms      bigint,
  tokens_in       bigint,
  tokens_out      bigint,
  heard_ms        bigint,
  heard_text      text,
  primary key (call_id, phase, engine, n, speaker)
);

-- A recording.
create table audio_assets (
  call_id      text collate "C" not null,
  recording    text collate "C" not null,
  tenant       text not null,
  phase        text not null,
  state        text not null,
  url          text,
  duration_s   bigint,
  channels     bigint,
  blob_key     text,
  bytes        bigint,
  sha256       text,
  content_type text,
  unavailable  text,
  attempts     bigint,
  primary key (call_id, recording)
);

-- A correction: what a reviewer wrote the agent should have said.
create table corrections (
  call_id    text collate "C" not null,
  correction bigint not null,
  tenant     text not null,
  turn       bigint,
  note       text,
  noted_by   text,
  noted_at   bigint,
  withdrawn  bigint not null,
  primary key (call_id, correction)
);

-- A value that the agent collected.
create table call_fields (
  call_id text collate "C" not null,
  field   text collate "C" not null,
  tenant  text not null,
  value   text,
  valid   bigint not null,
  primary key (call_id, field)
);

-- The number of calls per filter, maintained so that no query counts rows.
create table filter_counts (
  tenant text collate "C" not null,
  filter text collate "C" not null,
  calls  bigint not null,
  primary key (tenant, filter)
);
