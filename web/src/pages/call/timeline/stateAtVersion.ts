import { phone } from "../../../format/phone";
import { words } from "../../../format/words";
import { shown } from "./describe";

export interface Fact {
  label: string;
  value: string;
}

type Values = Record<string, unknown>;

/** The state of a call, from `GET …/history?version=`, as labeled text. The state holds no transcript text. */
export function factsOf(state: unknown, nameOf: (userId: string) => string): Fact[] {
  const call = values(state);
  const [dialogue, recordings, review] = [
    values(call.dialogue),
    values(call.recordings),
    values(call.review),
  ];
  const grade = values(review.grade);
  const facts: [string, unknown][] = [
    ["Status", call.status ? words(shown(call.status)) : "No events yet"],
    ["With", call.holder && call.holder !== "none" && words(shown(call.holder))],
    ["From", phone(shown(call.caller_number))],
    ["To", phone(shown(call.called_number))],
    ["Voicemail reason", call.voicemail_reason && words(shown(call.voicemail_reason))],
    ["Turns", turns(dialogue)],
    ["Collected", Object.keys(values(dialogue.fields)).join(", ")],
    ["Escalations", list(dialogue.escalations).join(", ")],
    ["Listening in", list(call.listeners).map(nameOf).join(", ")],
    ["Taken over by", call.taken_over_by && nameOf(shown(call.taken_over_by))],
    ["Put on hold by", call.on_hold_by && nameOf(shown(call.on_hold_by))],
    ["Transfer", call.transferring ? "Started" : call.transferred ? "Reached" : ""],
    ["Recordings", Object.values(values(recordings.by_sid)).map(values).map(recording).join("; ")],
    ["Transcripts", transcripts(values(recordings.transcripts))],
    ["Ended", call.outcome && ending(call)],
    ["Grade", grade.grade && `${words(shown(grade.grade))}, by ${nameOf(shown(grade.by))}`],
    ["Corrections", corrections(values(review.corrections))],
    ["Resolution", review.resolution && words(shown(values(review.resolution).disposition))],
    ["Cost entries", call.costs ? String(call.costs) : ""],
    ["Failed attempts", Object.keys(values(call.failed_effects)).join(", ")],
    ["Do not call", call.do_not_call ? "Requested" : ""],
    ["Erased", call.erased ? "Yes" : ""],
  ];
  return facts
    .map(([label, value]) => ({ label, value: typeof value === "string" ? value : "" }))
    .filter(({ value }) => value !== "");
}

function turns(dialogue: Values): string {
  const [caller, ai] = [list(dialogue.caller_turns).length, Object.keys(values(dialogue.ai_turns)).length];
  if (caller + ai === 0) return "";
  const interruptions = list(dialogue.interrupted).length;
  return `caller ${caller}, assistant ${ai}${interruptions ? `, interruptions ${interruptions}` : ""}`;
}

function transcripts(of: Values): string {
  const made = Object.entries(of).filter(([, one]) => list(values(one).engines).length > 0);
  return made.map(([phase]) => words(phase)).join(", ");
}

function recording(of: Values): string {
  const state = of.archived
    ? "archived"
    : of.unavailable
      ? "unavailable"
      : of.url
        ? "ready"
        : of.paused
          ? "paused"
          : "in progress";
  return `${words(shown(of.phase))} ${state}`;
}

function ending(end: Values): string {
  const by = end.ended_by ? `, by ${words(shown(end.ended_by)).toLowerCase()}` : "";
  const duration = typeof end.duration_s === "number" ? `, ${end.duration_s} s` : "";
  return `${words(shown(end.outcome))}${by}${duration}`;
}

function corrections(of: Values): string {
  const active = Object.values(of).filter((one) => !values(one).withdrawn).length;
  return active ? String(active) : "";
}

function values(of: unknown): Values {
  return typeof of === "object" && of !== null ? (of as Values) : {};
}

function list(of: unknown): string[] {
  return Array.isArray(of) ? of.map(String) : [];
}
