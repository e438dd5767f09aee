-- Calls in progress. Derived from the log; can be rebuilt at any time.

-- A call that has not ended. Times are epoch microseconds.
create table live_calls (
  call_id           text not null,
  tenant            text not null,
  live              integer not null,
  direction         text,
  status            text not null,
  agent             text,
  number            text,
  caller_number     text,
  caller_name       text,
  called_number     text,
  call_sid          text,
  start_reported    integer not null,
  caller_number_edited integer not null,
  caller_name_edited integer not null,
  started_at        integer not null,
  answered_at       integer,
  holder            text not null,
  taken_over_by     text,
  on_hold_by        text,
  listeners         text not null,
  takeover_requests text not null,
  takeovers_accepted text not null,
  participants      text not null,
  transferring      integer not null,
  conference_sid    text,
  escalated         integer not null,
  emergency         integer not null,
  turns             integer not null,
  primary key (call_id)
) strict;

-- A turn in a call in progress.
create table live_turns (
  call_id  text not null,
  turn     integer not null,
  speaker  text not null,
  tenant   text not null,
  text     text,
  heard_ms integer,
  primary key (call_id, turn, speaker)
) strict;
