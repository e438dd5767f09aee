import type { HistoryEvent } from "../../../api/types";

/** Whose doing an event is: the lanes of the time line, from above. */
export const LANES = [
  { key: "caller", label: "Caller" },
  { key: "ai", label: "AI" },
  { key: "person", label: "Person" },
  { key: "recording", label: "Recording" },
  { key: "system", label: "System" },
] as const;

export type Lane = (typeof LANES)[number]["key"];

const OF_TYPE: Record<string, Lane> = {
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

const OF_ROLE: Record<string, Lane> = {
  caller: "caller",
  ai: "ai",
  agent: "person",
  listener: "person",
  transfer_target: "person",
};

type Event = Pick<HistoryEvent, "type" | "data">;

/** The lane of an event. What is not known here is the system's. */
export function laneOf(event: Event): Lane {
  const known = OF_TYPE[event.type];
  if (known) return known;
  if (/^(Recording|Transcript)/.test(event.type)) return "recording";
  if (/^Participant/.test(event.type)) return OF_ROLE[word(event, "role")] ?? "system";
  return "system";
}

/** Something that lasted: from one event's place to another's. */
export interface Span {
  lane: Lane;
  label: string;
  /** Versions of the events that begin and end it; the last event's, while it lasts. */
  from: number;
  to: number;
}

interface Lasting {
  lane: Lane;
  label: string;
  begins: string;
  ends: readonly string[];
  /** What tells several at a time apart. */
  key: (event: Event) => string;
}

const LASTING: readonly Lasting[] = [
  {
    lane: "recording",
    label: "Recording",
    begins: "RecordingStarted",
    ends: ["RecordingReady", "RecordingUnavailable", "RecordingArchived"],
    key: (event) => word(event, "recording_sid"),
  },
  {
    lane: "person",
    label: "On hold",
    begins: "PutOnHold",
    ends: ["TakenOffHold", "CallEnded"],
    key: () => "",
  },
  {
    lane: "person",
    label: "A person speaks",
    begins: "TakenOver",
    ends: ["TakeoverFailed", "CallEnded"],
    key: () => "",
  },
  {
    lane: "person",
    label: "Listening in",
    begins: "ListenerJoined",
    ends: ["ListenerLeft", "TakenOver", "CallEnded"],
    key: () => "",
  },
  {
    lane: "person",
    label: "Transfer",
    begins: "TransferStarted",
    ends: ["Transferred", "TransferFailed", "CallEnded"],
    key: () => "",
  },
];

/** What lasted, in the order in which it began. */
export function spansOf(events: readonly HistoryEvent[]): Span[] {
  const spans: Span[] = [];
  const last = events.at(-1)?.version ?? 0;
  for (const { lane, label, begins, ends, key } of LASTING) {
    const open = new Map<string, Span>();
    for (const event of events) {
      const name = key(event);
      if (event.type === begins && !open.has(name)) {
        const span = { lane, label, from: event.version, to: last };
        open.set(name, span);
        spans.push(span);
      } else if (ends.includes(event.type)) {
        // The end of the call ends whatever goes on, whoever began it.
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

/** Places where so much time passed between two events that a reader should see it, in seconds, by the later version. */
export function gapsOf(events: readonly HistoryEvent[], atLeastS = 30): Map<number, number> {
  const gaps = new Map<number, number>();
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    if (!before) continue;
    const seconds = (moment(event) - moment(before)) / 1_000;
    if (seconds >= atLeastS) gaps.set(event.version, seconds);
  }
  return gaps;
}

function moment(event: HistoryEvent): number {
  return Date.parse(event.at ?? event.recorded_at);
}

function word(event: Event, field: string): string {
  const value = (event.data as Record<string, unknown>)[field];
  return typeof value === "string" ? value : "";
}
