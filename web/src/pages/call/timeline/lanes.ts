import type { HistoryEvent } from "../../../api/types";

/** The lanes of the timeline by actor, top to bottom. */
export const LANES = [
  { key: "caller", label: "Caller" },
  { key: "ai", label: "Assistant" },
  { key: "person", label: "Team member" },
  { key: "recording", label: "Recording" },
  { key: "system", label: "System" },
] as const;

export type Lane = (typeof LANES)[number]["key"];

const LANE_OF_TYPE: Record<string, Lane> = {
  CallerTurn: "caller",
  HeardUnclearly: "caller",
  DoNotCallRequested: "caller",
  AiTurn: "ai",
  AiTurnInterrupted: "ai",
  AiDisclosed: "ai",
  ConsentNoticePlayed: "ai",
  SilencePrompted: "ai",
  FieldCollected: "ai",
  EscalationTriggered: "ai",
  GuardrailTripped: "ai",
  AiFailed: "ai",
  CallSummarized: "ai",
  ListenerJoined: "person",
  ListenerLeft: "person",
  TakeoverRequested: "person",
  TakeoverAccepted: "person",
  TakeoverDeclined: "person",
  TakenOver: "person",
  TakeoverFailed: "person",
  PutOnHold: "person",
  TakenOffHold: "person",
  TransferStarted: "person",
  Transferred: "person",
  TransferFailed: "person",
  DigitsSent: "person",
  Graded: "person",
  GradeCleared: "person",
  CorrectionNoted: "person",
  CorrectionWithdrawn: "person",
  Resolved: "person",
  Reopened: "person",
  DetailsEdited: "person",
  CallHidden: "person",
  CallErased: "person",
};

const LANE_OF_ROLE: Record<string, Lane> = {
  caller: "caller",
  ai: "ai",
  agent: "person",
  listener: "person",
  transfer_target: "person",
};

type Event = Pick<HistoryEvent, "type" | "data">;

/** The lane of an event; unknown types go to the system lane. */
export function laneOf(event: Event): Lane {
  const known = LANE_OF_TYPE[event.type];
  if (known) return known;
  if (/^(Recording|Transcript)/.test(event.type)) return "recording";
  if (/^Participant/.test(event.type)) return LANE_OF_ROLE[textField(event, "role")] ?? "system";
  return "system";
}

/** A state that lasts from one event to another, such as a hold. */
export interface Span {
  lane: Lane;
  label: string;
  /** Versions of the start and end events; `to` is the last event while the span is open. */
  from: number;
  to: number;
}

interface SpanRule {
  lane: Lane;
  label: string;
  start: string;
  ends: readonly string[];
  /** Distinguishes concurrent spans of one rule. */
  key: (event: Event) => string;
}

const SPAN_RULES: readonly SpanRule[] = [
  {
    lane: "recording",
    label: "Recording",
    start: "RecordingStarted",
    ends: ["RecordingReady", "RecordingUnavailable", "RecordingArchived"],
    key: (event) => textField(event, "recording_sid"),
  },
  {
    lane: "person",
    label: "On hold",
    start: "PutOnHold",
    ends: ["TakenOffHold", "CallEnded"],
    key: () => "",
  },
  {
    lane: "person",
    label: "Team member speaking",
    start: "TakenOver",
    ends: ["TakeoverFailed", "CallEnded"],
    key: () => "",
  },
  {
    lane: "person",
    label: "Listening in",
    start: "ListenerJoined",
    ends: ["ListenerLeft", "TakenOver", "CallEnded"],
    key: () => "",
  },
  {
    lane: "person",
    label: "Transfer",
    start: "TransferStarted",
    ends: ["Transferred", "TransferFailed", "CallEnded"],
    key: () => "",
  },
];

/** The spans of a call, by start. */
export function spansOf(events: readonly HistoryEvent[]): Span[] {
  const spans: Span[] = [];
  const last = events.at(-1)?.version ?? 0;
  for (const { lane, label, start, ends, key } of SPAN_RULES) {
    const open = new Map<string, Span>();
    for (const event of events) {
      const name = key(event);
      if (event.type === start && !open.has(name)) {
        const span = { lane, label, from: event.version, to: last };
        open.set(name, span);
        spans.push(span);
      } else if (ends.includes(event.type)) {
        // The end of the call closes every open span of the rule.
        const ended = open.has(name) ? [name] : event.type === "CallEnded" ? [...open.keys()] : [];
        for (const one of ended) {
          const span = open.get(one);
          if (span) span.to = event.version;
          open.delete(one);
        }
      }
    }
  }
  return spans.sort((a, b) => a.from - b.from);
}

/** Gaps of at least `atLeastS` seconds between two events, in seconds, keyed by the version of the later event. */
export function gapsOf(events: readonly HistoryEvent[], atLeastS = 30): Map<number, number> {
  const gaps = new Map<number, number>();
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    if (!before) continue;
    const seconds = (timeOf(event) - timeOf(before)) / 1_000;
    if (seconds >= atLeastS) gaps.set(event.version, seconds);
  }
  return gaps;
}

function timeOf(event: HistoryEvent): number {
  return Date.parse(event.at ?? event.recorded_at);
}

function textField(event: Event, field: string): string {
  const value = (event.data as Record<string, unknown>)[field];
  return typeof value === "string" ? value : "";
}
