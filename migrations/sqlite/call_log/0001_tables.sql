-- Calls with their legs, transcripts, recordings, corrections and fields. Derived from the log; can be rebuilt at any
-- time.

-- A call. Times are epoch microseconds.
create table calls (
  call_id           text not null,
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
  started_at        integer not null,
  answered_at       integer,
  answered_by       text,
  ended_at          integer,
  duration_s        integer,
  voicemail         integer not null,
  voicemail_reason  text,
  recorded          integer not null,
  phases            text not null,
  persona_version   integer,
  caller_turns      integer not null,
  ai_turns          integer not null,
  interruptions     integer not null,
  latency_count     integer not null,
  latency_sum_ms    integer not null,
  latency_max_ms    integer,
  taken_over_by     text,
  transferred       integer not null,
  transferred_to    text,
  escalated         integer not null,
  do_not_call       integer not null,
  grade             text,
  graded_by         text,
  graded_at         integer,
  review_status     text not null,
  disposition       text,
  disposition_label text,
  resolved_by       text,
  resolved_at       integer,
  notes             text,
  corrections       integer not null,
  summary           text,
  summary_outcome   text,
  interest          text,
  next_action       text,
  goal_achieved     integer,
  lead_score        integer,
  sentiment         text,
  summary_model     text,
  hidden            integer not null,
  erased            integer not null,
  in_all            integer not null,
  in_inbound        integer not null,
  in_outbound       integer not null,
  in_voicemail      integer not null,
  in_failed         integer not null,
  in_busy_no_answer integer not null,
  in_resolved       integer not null,
  in_missed         integer not null,
  in_pending_review integer not null,
  in_answered       integer not null,
  in_taken_over     integer not null,
  in_transferred    integer not null,
  in_recorded       integer not null,
  primary key (call_id)
) strict;

-- Search text in lower case: names and numbers, and the transcript once the call is over.
create table call_search (
  call_id text not null,
  text    text not null,
  primary key (call_id)
) strict;

-- A leg of a call.
create table participants (
  call_id     text not null,
  leg         text not null,
  tenant      text not null,
  role        text not null,
  joined_at   integer,
  left_at     integer,
  primary key (call_id, leg)
) strict, without rowid;

-- A transcript segment: a turn of the live conversation (`engine` is `turns`), or a part of a transcript.
create table transcript_segments (
  call_id         text not null,
  phase           text not null,
  engine          text not null,
  n               integer not null,
  speaker         text not null,
  tenant          text not null,
  text            text,
  sentiment       text,
  start_ms        integer,
  end_ms          integer,
  started_at      integer,
  ended_at        integer,
  confidence      real,
  source          text,
  persona_version integer,
  model           text,
  latency_ms      integer,
  tokens_in       integer,
  tokens_out      integer,
  heard_ms        integer,
  heard_text      text,
  primary key (call_id, phase, engine, n, speaker)
) strict, without rowid;

-- A recording.
create table audio_assets (
  call_id      text not null,
  recording    text not null,
  tenant       text not null,
  phase        text not null,
  state        text not null,
  url          text,
  duration_s   integer,
  channels     integer,
  blob_key     text,
  bytes        integer,
  sha256       text,
  content_type text,
  unavailable  text,
  attempts     integer,
  primary key (call_id, recording)
) strict, without rowid;

-- A correction: what a reviewer wrote the agent should have said.
create table corrections (
  call_id    text not null,
  correction integer not null,
  tenant     text not null,
  turn       integer,
  note       text,
  noted_by   text,
  noted_at   integer,
  withdrawn  integer not null,
  primary key (call_id, correction)
) strict, without rowid;

-- A value that the agent collected.
create table call_fields (
  call_id text not null,
  field   text not null,
  tenant  text not null,
  value   text,
  valid   integer not null,
  primary key (call_id, field)
) strict, without rowid;

-- The number of calls per filter, maintained so that no query counts rows.
create table filter_counts (
  tenant text not null,
  filter text not null,
  calls  integer not null,
  primary key (tenant, filter)
) strict, without rowid;
