-- Calls in progress. Derived from the log; can be rebuilt at any time.

-- A call that has not ended. Times are epoch microseconds.
create table live_calls (
  call_id           text collate "C" not null,
  tenant            text not null,
  live              bigint not null,
  direction         text,
  status            text not null,
  agent             text,
  number            text,
  caller_number     text,
  caller_name       text,
  called_number     text,
  call_sid          text,
  start_reported    bigint not null,
  caller_number_edited bigint not null,
  caller_name_edited bigint not null,
  started_at        bigint not null,
  answered_at       bigint,
  holder            text not null,
  taken_over_by     text,
  on_hold_by        text,
  listeners         text not null,
  takeover_requests text not null,
  takeovers_accepted text not null,
  participants      text not null,
  transferring      bigint not null,
  conference_sid    text,
  escalated         bigint not null,
  emergency         bigint not null,
  turns             bigint not null,
  primary key (call_id)
);

-- A turn in a call in progress.
create table live_turns (
  call_id  text collate "C" not null,
  turn     bigint not null,
  speaker  text collate "C" not null,
  tenant   text not null,
  text     text,
  heard_ms bigint,
  primary key (call_id, turn, speaker)
);
