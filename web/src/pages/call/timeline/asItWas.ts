import { phone } from "../../../format/phone";
import { words } from "../../../format/words";
import { shown } from "./describe";

/** A line of the call as it was then. */
export interface Fact {
  label: string;
  value: string;
}

type Values = Record<string, unknown>;

/**
 * The state of a call, as `GET …/history?version=` tells it, in words. The state is what decisions are made on and an
 * auditor asks for; no word of the conversation is in it.
 */
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
    ["Line", line(call, legs)],
    ["From", phone(shown(start.from))],
    ["To", phone(shown(start.to))],
    ["Sent to voicemail", call.voicemail && words(shown(call.voicemail))],
    ["Said so far", said(talk)],
    ["Collected", Object.keys(values(talk.fields)).join(", ")],
    ["Wants a person", list(talk.escalations).join(", ")],
    ["Listening in", list(people.listeners).map(nameOf).join(", ")],
    ["Taken over by", people.taken_over_by && nameOf(shown(people.taken_over_by))],
    ["On hold by", people.on_hold_by && nameOf(shown(people.on_hold_by))],
    ["Transfer", people.transfer && words(shown(values(people.transfer).state))],
    ["Legs on the line", String(legs.filter(isPresent).length || "")],
    ["Recordings", Object.values(values(call.recordings)).map(values).map(recording).join("; ")],
    ["Transcripts", Object.keys(values(call.transcripts)).map(words).join(", ")],
    ["Ended", end.outcome && ending(end)],
    ["Grade", review.grade && `${words(shown(review.grade))}, by ${nameOf(shown(review.graded_by))}`],
    ["Corrections", corrections(values(review.corrections))],
    ["Resolution", review.resolution && words(shown(values(review.resolution).disposition))],
    ["Costs noted", call.costs ? String(call.costs) : ""],
    ["Failed attempts", Object.keys(values(call.failed_effects)).join(", ")],
    ["Do not call", call.do_not_call ? "asked for" : ""],
    ["Erased", call.erased ? "yes" : ""],
  ];
  return facts
    .map(([label, value]) => ({ label, value: typeof value === "string" ? value : "" }))
    .filter(({ value }) => value !== "");
}

function line(call: Values, legs: Values[]): string {
  if (call.end) return "Over";
  if (values(call.people).on_hold_by) return "On hold";
  if (call.voicemail) return "At the voicemail";
  // Of a call that the AI answers the network tells no moment of answering: that somebody speaks says it.
  if (legs.some((leg) => leg.answered) || said(values(call.talk))) return "Two sides speak";
  if (legs.some((leg) => leg.ringing)) return "Ringing";
  return call.started || call.inferred ? "Known of, nobody was reached yet" : "Not heard of yet";
}

function said(talk: Values): string {
  const [caller, ai] = [Number(talk.caller_turns) || 0, Number(talk.ai_turns) || 0];
  if (caller + ai === 0) return "";
  const cut = Number(talk.interruptions) || 0;
  return `caller ${caller}, AI ${ai}${cut ? `, cut short ${cut}` : ""}`;
}

function isPresent(leg: Values): boolean {
  const at = (moment: unknown) => Number(values(moment).at) || null;
  const [joined, left] = [at(leg.joined_last), at(leg.left)];
  return joined !== null && (left === null || left < joined);
}

function recording(of: Values): string {
  const state = of.archived
    ? "archived"
    : of.unavailable
      ? "cannot be had"
      : of.ready
        ? "ready"
        : of.paused
          ? "paused"
          : "running";
  return `${words(shown(of.phase))} ${state}`;
}

function ending(end: Values): string {
  const by = end.ended_by ? `, by ${words(shown(end.ended_by)).toLowerCase()}` : "";
  const talked = typeof end.duration_s === "number" ? `, ${end.duration_s} s` : "";
  return `${words(shown(end.outcome))}${by}${talked}`;
}

function corrections(of: Values): string {
  const standing = Object.values(of).filter((one) => !values(one).withdrawn).length;
  return standing ? String(standing) : "";
}

function values(of: unknown): Values {
  return typeof of === "object" && of !== null ? (of as Values) : {};
}

function list(of: unknown): string[] {
  return Array.isArray(of) ? of.filter((one) => typeof one === "string") : [];
}
