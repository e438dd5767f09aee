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
  const start = values(call.started ?? call.inferred);
  const [people, talk, review, end] = [
    values(call.people),
    values(call.talk),
    values(call.review),
    values(call.end),
  ];
  const legs = Object.values(values(call.legs)).map(values);
  const facts: [string, unknown][] = [
    ["Status", status(call, legs)],
    ["From", phone(shown(start.from))],
    ["To", phone(shown(start.to))],
    ["Voicemail reason", call.voicemail && words(shown(call.voicemail))],
    ["Turns", turns(talk)],
    ["Collected", Object.keys(values(talk.fields)).join(", ")],
    ["Escalations", list(talk.escalations).join(", ")],
    ["Listening in", list(people.listeners).map(nameOf).join(", ")],
    ["Taken over by", people.taken_over_by && nameOf(shown(people.taken_over_by))],
    ["Put on hold by", people.on_hold_by && nameOf(shown(people.on_hold_by))],
    ["Transfer", people.transfer && words(shown(values(people.transfer).state))],
    ["Connected legs", String(legs.filter(isPresent).length || "")],
    ["Recordings", Object.values(values(call.recordings)).map(values).map(recording).join("; ")],
    ["Transcripts", Object.keys(values(call.transcripts)).map(words).join(", ")],
    ["Ended", end.outcome && ending(end)],
    ["Grade", review.grade && `${words(shown(review.grade))}, by ${nameOf(shown(review.graded_by))}`],
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

function status(call: Values, legs: Values[]): string {
  if (call.end) return "Ended";
  if (values(call.people).on_hold_by) return "On hold";
  if (call.voicemail) return "Voicemail";
  // The provider sends no answered callback for a call that the AI answers; a turn proves that it was answered.
  if (legs.some((leg) => leg.answered) || turns(values(call.talk))) return "In conversation";
  if (legs.some((leg) => leg.ringing)) return "Ringing";
  return call.started || call.inferred ? "Connecting" : "No events yet";
}

function turns(talk: Values): string {
  const [caller, ai] = [Number(talk.caller_turns) || 0, Number(talk.ai_turns) || 0];
  if (caller + ai === 0) return "";
  const interruptions = Number(talk.interruptions) || 0;
  return `caller ${caller}, assistant ${ai}${interruptions ? `, interruptions ${interruptions}` : ""}`;
}

function isPresent(leg: Values): boolean {
  const at = (time: unknown) => Number(values(time).at) || null;
  const [joined, left] = [at(leg.joined_last), at(leg.left)];
  return joined !== null && (left === null || left < joined);
}

function recording(of: Values): string {
  const state = of.archived
    ? "archived"
    : of.unavailable
      ? "unavailable"
      : of.ready
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
  return Array.isArray(of) ? of.filter((one) => typeof one === "string") : [];
}
