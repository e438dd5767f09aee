import type { CallState } from "../../../api/types";
import { callEnding } from "../../../format/ending";
import { phone } from "../../../format/phone";
import { words } from "../../../format/words";

export interface Fact {
  label: string;
  value: string;
}

type Recordings = CallState["recordings"];

/** The state of a call, from `GET …/history?version=`, as labeled text. The state holds no transcript text. */
export function factsOf(state: CallState, nameOf: (userId: string) => string): Fact[] {
  const { dialogue, recordings, review } = state;
  const facts: [string, string | false | null | undefined][] = [
    ["Status", state.status ? words(state.status) : "No events yet"],
    ["With", state.holder !== "none" && words(state.holder)],
    ["From", phone(state.caller_number)],
    ["To", phone(state.called_number)],
    ["Voicemail reason", words(state.voicemail_reason)],
    ["Turns", turns(dialogue)],
    ["Collected", Object.keys(dialogue.fields ?? {}).join(", ")],
    ["Escalations", (dialogue.escalations ?? []).join(", ")],
    ["Listening in", state.listeners.map(nameOf).join(", ")],
    ["Taken over by", state.taken_over_by && nameOf(state.taken_over_by)],
    ["Put on hold by", state.on_hold_by && nameOf(state.on_hold_by)],
    ["Transfer", state.transferring ? "Started" : state.transferred ? "Reached" : ""],
    [
      "Recordings",
      Object.values(recordings.by_sid ?? {})
        .map(recording)
        .join("; "),
    ],
    ["Transcripts", transcripts(recordings.transcripts ?? {})],
    ["Ended", state.outcome && [callEnding(state), talked(state)].filter(Boolean).join(", ")],
    ["Grade", review.grade && `${words(review.grade.grade)}, by ${nameOf(review.grade.by)}`],
    ["Corrections", corrections(review.corrections ?? {})],
    ["Resolution", words(review.resolution?.disposition)],
    ["Cost entries", state.costs > 0 && String(state.costs)],
    ["Failed attempts", Object.keys(state.failed_effects).join(", ")],
    ["Do not call", state.do_not_call && "Requested"],
    ["Erased", state.erased && "Yes"],
  ];
  return facts.flatMap(([label, value]) => (value ? { label, value } : []));
}

function talked({ duration_s }: CallState): string {
  return duration_s == null ? "" : `${duration_s} s`;
}

function turns({ caller_turns = [], ai_turns = {}, interrupted = [] }: CallState["dialogue"]): string {
  const [caller, ai] = [caller_turns.length, Object.keys(ai_turns).length];
  if (caller + ai === 0) return "";
  const interruptions = interrupted.length > 0 ? `, interruptions ${interrupted.length}` : "";
  return `caller ${caller}, assistant ${ai}${interruptions}`;
}

function transcripts(of: NonNullable<Recordings["transcripts"]>): string {
  const made = Object.entries(of).filter(([, { engines = [] }]) => engines.length > 0);
  return made.map(([phase]) => words(phase)).join(", ");
}

function recording(of: NonNullable<Recordings["by_sid"]>[string]): string {
  const state = of.archived
    ? "archived"
    : of.unavailable
      ? "unavailable"
      : of.url
        ? "ready"
        : of.paused
          ? "paused"
          : "in progress";
  return `${words(of.phase)} ${state}`;
}

function corrections(of: NonNullable<CallState["review"]["corrections"]>): string {
  const active = Object.values(of).filter(({ withdrawn }) => !withdrawn).length;
  return active > 0 ? String(active) : "";
}
