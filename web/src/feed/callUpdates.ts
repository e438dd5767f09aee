import { isUnreadable } from "../api/events";
import type {
  CallDetail,
  CallEventData,
  CallEventType,
  CallView,
  Correction,
  HistoryEvent,
  PersonalText,
  Schemas,
  Transcript,
} from "../api/types";
import { withAiTurn, withCallerTurn, withInterruption, withNotice } from "./turns";

/** What an event makes stale that the page cannot derive from it. */
export type Stale = "detail" | "transcript" | "history" | "calls" | "stats" | "contacts" | "feedback";

/** The fields of a call that every list of calls and the call page have, as far as they show them. */
export type CallFields = Pick<CallView, "status"> & Partial<CallView>;

/**
 * What an event type changes in what the page shows of a call. The service derives the same from the same events
 * (`domain/src/call/view`, `projections/src/call_log`): `applyEvent.test.ts` compares the two.
 */
interface Update<T extends CallEventType> {
  /** Fields of the call, in lists and details. */
  fields?: (call: CallFields, data: CallEventData<T>, at: string) => Partial<CallView>;
  /** Fields of the details only; null if they cannot be derived. `events` is the history up to the event, if it is loaded. */
  detail?: (
    call: CallDetail,
    data: CallEventData<T>,
    at: string,
    events: readonly HistoryEvent[] | undefined,
  ) => Partial<CallDetail> | null;
  transcript?: (transcripts: readonly Transcript[], data: CallEventData<T>) => Transcript[];
  /** What the service has to be asked for. */
  fetch?: readonly Stale[];
  /**
   * The lists that are fetched once it is quiet: their rows show the event at once, but an answer without a position that was
   * on its way may replace them with older ones.
   */
  fetchWhenQuiet?: readonly Stale[];
}

/** The figures and lists in which a call is counted, by its status, times or numbers. */
const LISTS = ["calls", "stats", "contacts"] as const;

/** Everything about a call: for an erasure, and for an event that the page cannot read. */
export const EVERYTHING: readonly Stale[] = ["detail", "transcript", "history", ...LISTS, "feedback"];

const COUNTED: { fetch: readonly Stale[] } = { fetch: ["detail", ...LISTS] };
const RECORDED: { fetch: readonly Stale[] } = { fetch: ["detail", "calls", "stats"] };
const LEG = {
  // The leg is not listed before it has joined or left. The roles of two reports of it are the same, normally.
  detail: (call: CallDetail, data: { call_sid: string; role: string }) =>
    call.participants.some(({ leg, role }) => leg === data.call_sid && role !== data.role) ? null : {},
};
/** Shown by the live card and the timeline only. */
const NOWHERE_ELSE = {};

/** Every event type, so that a new one does not compile until it is considered here. */
export const UPDATES: { readonly [T in CallEventType]: Update<T> } = {
  CallQueued: COUNTED,
  QueueEdited: NOWHERE_ELSE,
  QueuePaused: NOWHERE_ELSE,
  QueueResumed: NOWHERE_ELSE,
  QueueCancelled: COUNTED,
  DialDeferred: NOWHERE_ELSE,
  DialRefused: COUNTED,
  DialPermitted: COUNTED,
  DialIntended: NOWHERE_ELSE,
  DialAttempted: NOWHERE_ELSE,
  DialFailed: NOWHERE_ELSE,
  DialUnresolved: NOWHERE_ELSE,
  DuplicateDialDetected: NOWHERE_ELSE,
  LegRefused: NOWHERE_ELSE,

  // The start, the answer and the end are joined from several reports, by their clocks.
  CallStarted: COUNTED,
  CallRinging: COUNTED,
  CallAnswered: COUNTED,
  RoutedToVoicemail: { fetch: ["detail", "calls", "stats"] },
  CallEnded: COUNTED,

  // No list shows the dialogue; the figures of the turns are read when the call ends.
  CallerTurn: {
    fields: withAi,
    detail: (_call, _data, _at, events) => turnFigures(events),
    transcript: withCallerTurn,
  },
  AiTurn: {
    fields: (call, { persona_version }) => ({
      ...withAi(call),
      persona_version: Math.max(call.persona_version ?? 0, persona_version),
    }),
    detail: (_call, _data, _at, events) => turnFigures(events),
    transcript: withAiTurn,
  },
  AiTurnInterrupted: {
    detail: (_call, _data, _at, events) => turnFigures(events),
    transcript: withInterruption,
  },
  FieldCollected: {
    detail: (call, { field, value, valid }) => ({
      fields: upserted(call.fields, { field, value: plain(value), valid }, (one) => one.field),
    }),
  },
  EscalationTriggered: { fields: () => ({ escalated: true }), fetchWhenQuiet: ["calls"] },
  DoNotCallRequested: { fields: () => ({ do_not_call: true }), fetchWhenQuiet: ["calls"] },
  OptOutHonored: NOWHERE_ELSE,
  AiDisclosed: { transcript: (transcripts, { text }) => withNotice(transcripts, text, "first") },
  ConsentNoticePlayed: { transcript: (transcripts, { text }) => withNotice(transcripts, text, "last") },
  HeardUnclearly: NOWHERE_ELSE,
  SilencePrompted: NOWHERE_ELSE,
  GuardrailTripped: NOWHERE_ELSE,
  AiFailed: NOWHERE_ELSE,

  ListenerJoined: NOWHERE_ELSE,
  ListenerLeft: NOWHERE_ELSE,
  TakeoverRequested: NOWHERE_ELSE,
  TakeoverAccepted: NOWHERE_ELSE,
  TakeoverDeclined: NOWHERE_ELSE,
  TakenOver: {
    fields: (call, { user }) => ({ ...withPhase(call, "human"), taken_over_by: user }),
    fetch: ["calls", "stats"],
  },
  TakeoverFailed: {
    fields: (call, { user }) => (call.taken_over_by === user ? { taken_over_by: null } : {}),
    fetch: ["calls", "stats"],
  },
  PutOnHold: NOWHERE_ELSE,
  TakenOffHold: NOWHERE_ELSE,
  TransferStarted: NOWHERE_ELSE,
  Transferred: {
    fields: (_call, { to }) => ({ transferred: true, transferred_to: plain(to) || null }),
    fetch: ["calls", "stats"],
  },
  TransferFailed: NOWHERE_ELSE,
  DigitsSent: NOWHERE_ELSE,
  ParticipantCalled: LEG,
  ParticipantUnreached: LEG,
  ParticipantJoined: { fetch: ["detail"] },
  ParticipantLeft: { fetch: ["detail"] },
  ConferenceStarted: NOWHERE_ELSE,
  ConferenceEnded: NOWHERE_ELSE,

  RecordingStarted: { fetch: ["detail"] },
  RecordingPaused: { fetch: ["detail"] },
  RecordingResumed: { fetch: ["detail"] },
  RecordingReady: RECORDED,
  RecordingArchived: RECORDED,
  RecordingUnavailable: { fetch: ["detail"] },
  RecordingPlayed: NOWHERE_ELSE,
  TranscriptReady: { fields: (call, { phase }) => withPhase(call, phase), fetch: ["transcript"] },
  TranscriptionRequested: NOWHERE_ELSE,
  EffectRetryRequested: { fetch: ["detail"] },
  TranscriptionFailed: NOWHERE_ELSE,

  CallSummarized: {
    fields: (_call, data) => ({
      summary: plain(data.summary),
      summary_outcome: data.outcome,
      interest: data.interest ?? null,
      next_action: plain(data.next_action),
      goal_achieved: data.goal_achieved ?? null,
      lead_score: data.lead_score ?? null,
      sentiment: data.sentiment ?? null,
    }),
    fetchWhenQuiet: ["calls"],
  },
  CostIncurred: NOWHERE_ELSE,

  Graded: {
    fields: (_call, { grade, by }, at) => ({
      grade,
      graded_by: by,
      graded_at: at,
      review_status: "reviewed",
    }),
    fetch: ["calls", "stats", "feedback"],
  },
  GradeCleared: {
    fields: () => ({ grade: null, graded_by: null, graded_at: null }),
    detail: (call) => ({ review_status: isCorrected(call.corrections) ? "reviewed" : "pending" }),
    fetch: ["calls", "stats", "feedback"],
  },
  CorrectionNoted: {
    fields: () => ({ review_status: "reviewed" }),
    detail: (call, { correction, turn, note, by }, at) => ({
      corrections: upserted(
        call.corrections,
        {
          correction,
          turn: turn ?? null,
          note: plain(note),
          noted_by: by,
          noted_at: at,
          withdrawn: false,
        },
        (one) => one.correction,
      ),
    }),
    fetch: ["feedback"],
    fetchWhenQuiet: ["calls"],
  },
  CorrectionWithdrawn: {
    detail: (call, { correction }) => {
      const corrections = call.corrections.map((one) =>
        one.correction === correction ? { ...one, withdrawn: true } : one,
      );
      const isReviewed = call.grade != null || isCorrected(corrections);
      return { corrections, review_status: isReviewed ? "reviewed" : "pending" };
    },
    // A row lacks the corrections from which its review status follows.
    fetch: ["calls", "feedback"],
  },
  Resolved: {
    fields: (_call, { disposition, label, by }, at) => ({
      disposition,
      disposition_label: label ?? null,
      resolved_by: by,
      resolved_at: at,
    }),
    fetch: ["calls", "stats"],
  },
  Reopened: {
    fields: () => ({ disposition: null, disposition_label: null, resolved_by: null, resolved_at: null }),
    fetch: ["calls", "stats"],
  },
  // Lists can be searched by name and number, and contacts are found by the number.
  DetailsEdited: {
    fields: (_call, data) => ({
      ...(data.caller_name !== undefined && { caller_name: plain(data.caller_name) || null }),
      ...(data.caller_number !== undefined && { caller_number: plain(data.caller_number) || null }),
      ...(data.notes !== undefined && { notes: plain(data.notes) }),
    }),
    fetch: ["calls", "contacts"],
  },
  CallHidden: { fields: () => ({ hidden: true }), fetch: [...LISTS, "feedback"] },
  CallErased: { fetch: EVERYTHING },

  ProviderReported: NOWHERE_ELSE,
  Reconciled: NOWHERE_ELSE,
  EffectFailed: NOWHERE_ELSE,
  GapRepaired: NOWHERE_ELSE,
};

/** The statuses of a call that has not been answered and is not over. */
const BEFORE_ANSWER: readonly string[] = ["queued", "refused", "started", "ringing"];
const PHASES = ["ai", "human", "voicemail"] as const;

/** The fields that show which phases a call has had. */
function withPhase(call: CallFields, phase: Schemas["Phase"]): Partial<CallView> {
  const known = (call.phases ?? "").split(",");
  const phases = PHASES.filter((one) => one === phase || known.includes(one));
  // The type of a call that was queued is its purpose.
  const isTypedByPhase = ["person", "ai", "voicemail"].includes(call.call_type ?? "");
  const isVoicemail = call.voicemail || phase === "voicemail";
  const type = isVoicemail ? "voicemail" : phases.includes("ai") ? "ai" : "person";
  return {
    phases: phases.join(","),
    ...(isTypedByPhase && { call_type: type }),
    ...(isVoicemail && { voicemail: true }),
    // A caller who speaks with the AI was answered, even if the provider has not reported it yet.
    ...(phase === "ai" && BEFORE_ANSWER.includes(call.status) && { status: "in_progress" }),
  };
}

function withAi(call: CallFields): Partial<CallView> {
  return withPhase(call, "ai");
}

/** The figures of the turns, from all events of the call; null without the history. */
function turnFigures(events: readonly HistoryEvent[] | undefined): Partial<CallDetail> | null {
  if (!events) return null;
  const callerTurns = new Set<number>();
  const interrupted = new Set<number>();
  /** Latency by turn; null if it is not known. */
  const aiTurns = new Map<number, number | null>();
  for (const event of events) {
    if (isUnreadable(event)) return null;
    if (event.type === "CallerTurn") callerTurns.add(event.data.turn);
    if (event.type === "AiTurnInterrupted") interrupted.add(event.data.turn);
    if (event.type !== "AiTurn") continue;
    const [before, now] = [aiTurns.get(event.data.turn) ?? null, event.data.latency_ms ?? null];
    aiTurns.set(event.data.turn, before === null || now === null ? (before ?? now) : Math.max(before, now));
  }
  const latencies = [...aiTurns.values()].filter((latency) => latency !== null);
  const sum = latencies.reduce((all, latency) => all + latency, 0);
  const isKnown = latencies.length > 0;
  return {
    caller_turns: callerTurns.size,
    ai_turns: aiTurns.size,
    interruptions: interrupted.size,
    latency_avg_ms: isKnown ? Math.floor(sum / latencies.length) : null,
    latency_max_ms: isKnown ? Math.max(...latencies) : null,
  };
}

function isCorrected(corrections: readonly Correction[]): boolean {
  return corrections.some(({ withdrawn }) => !withdrawn);
}

/** The list with one entry replaced or added, in the order of the keys. */
function upserted<T, K extends string | number>(list: readonly T[], entry: T, keyOf: (one: T) => K): T[] {
  const key = keyOf(entry);
  const all = [...list.filter((one) => keyOf(one) !== key), entry];
  return all.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The text; null if it is absent or erased. */
function plain(text: PersonalText | undefined): string | null {
  return typeof text === "string" ? text : null;
}
