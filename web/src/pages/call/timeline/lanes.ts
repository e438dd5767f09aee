import { isUnreadable } from "../../../api/events";
import type { CallEvent, CallEventType, HistoryEvent, Schemas, UnreadableEvent } from "../../../api/types";

/** The lanes of the timeline by actor, top to bottom. */
export const LANES = [
  { key: "caller", label: "Caller" },
  { key: "ai", label: "Assistant" },
  { key: "person", label: "Team member" },
  { key: "recording", label: "Recording" },
  { key: "system", label: "System" },
] as const;

export type Lane = (typeof LANES)[number]["key"];

type LaneRule = Lane | ((event: CallEvent) => Lane);

/** Every event type, so that a new one does not compile until it has a lane. */
const LANE_OF_TYPE: Record<CallEventType, LaneRule> = {
  CallerTurn: "caller",
  HeardUnclearly: "caller",
  DoNotCallRequested: "caller",
  OptOutHonored: "system",
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
  ParticipantCalled: byRole,
  ParticipantUnreached: byRole,
  ParticipantJoined: byRole,
  ParticipantLeft: byRole,
  RecordingStarted: "recording",
  RecordingPaused: "recording",
  RecordingResumed: "recording",
  RecordingReady: "recording",
  RecordingArchived: "recording",
  RecordingUnavailable: "recording",
  RecordingPlayed: "recording",
  TranscriptReady: "recording",
  TranscriptionRequested: "recording",
  EffectRetryRequested: "system",
  TranscriptionFailed: "recording",
  CallQueued: "system",
  QueueEdited: "system",
  QueuePaused: "system",
  QueueResumed: "system",
  QueueCancelled: "system",
  DialDeferred: "system",
  DialRefused: "system",
  DialPermitted: "system",
  DialIntended: "system",
  DialAttempted: "system",
  DialFailed: "system",
  DialUnresolved: "system",
  DuplicateDialDetected: "system",
  LegRefused: "system",
  CallStarted: "system",
  CallRinging: "system",
  CallAnswered: "system",
  RoutedToVoicemail: "system",
  CallEnded: "system",
  ConferenceStarted: "system",
  ConferenceEnded: "system",
  CostIncurred: "system",
  ProviderReported: "system",
  Reconciled: "system",
  EffectFailed: "system",
  GapRepaired: "system",
};

const LANE_OF_ROLE: Record<Schemas["ParticipantRole"], Lane> = {
  caller: "caller",
  ai: "ai",
  team_member: "person",
  listener: "person",
  transfer_target: "person",
};

function byRole(event: CallEvent): Lane {
  return "role" in event.data ? LANE_OF_ROLE[event.data.role] : "system";
}

/** The lane of an event; unreadable events and unknown types go to the system lane. */
export function laneOf(event: CallEvent | UnreadableEvent): Lane {
  if (isUnreadable(event)) return "system";
  const rule: LaneRule | undefined = LANE_OF_TYPE[event.type];
  return typeof rule === "function" ? rule(event) : (rule ?? "system");
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
  start: CallEventType;
  ends: readonly CallEventType[];
  /** Distinguishes concurrent spans of one rule. */
  key: (event: CallEvent) => string;
}

const SPAN_RULES: readonly SpanRule[] = [
  {
    lane: "recording",
    label: "Recording",
    start: "RecordingStarted",
    ends: ["RecordingReady", "RecordingUnavailable", "RecordingArchived"],
    key: ({ data }) => ("recording_sid" in data ? (data.recording_sid ?? "") : ""),
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
      if (isUnreadable(event)) continue;
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
