import type { ActiveCall, CallEventData, CallEventType, LiveTurn, PersonalText } from "../api/types";
import type { CallMessage } from "../feed/messages";
import {
  foldParticipants,
  listeners,
  NO_PARTICIPANTS,
  takeoverRequests,
  takeoversAccepted,
} from "./participants";

/** The escalation rule of a call in which a life may be in danger. */
const EMERGENCY = "emergency";

/** A live call on the page: a snapshot of the service's read model, updated by feed events. */
export interface LiveCall extends ActiveCall {
  /** Message about the latest failure in the call (takeover, transfer, model). */
  lastProblem: string | null;
  /** Whether the caller was routed to voicemail. */
  isVoicemail: boolean;
  /** Position of the latest applied event. */
  position: number;
  outcome: string | null;
  endedAt: string | null;
}

export function fromSnapshot(call: ActiveCall, position: number): LiveCall {
  const isVoicemail = call.holder === "voicemail";
  return { ...call, lastProblem: null, isVoicemail, position, outcome: null, endedAt: null };
}

/** The new call of a `CallStarted` event; null for any other event. */
export function fromStartEvent(event: CallMessage): LiveCall | null {
  if (event.type !== "CallStarted") return null;
  const call: LiveCall = {
    call_id: event.call_id,
    direction: null,
    status: "started",
    agent: null,
    number: null,
    caller_number: null,
    caller_name: null,
    called_number: null,
    start_reported: false,
    caller_number_edited: false,
    caller_name_edited: false,
    holder: "none",
    taken_over_by: null,
    on_hold_by: null,
    transferring: false,
    escalated: false,
    emergency: false,
    started_at: event.at,
    answered_at: null,
    listeners: [],
    takeover_requests: [],
    takeovers_accepted: [],
    participants: NO_PARTICIPANTS,
    turns: [],
    lastProblem: null,
    isVoicemail: false,
    position: event.position,
    outcome: null,
    endedAt: null,
  };
  return started(call, event.data);
}

/**
 * The call after an event. Applying an event that the snapshot already includes is harmless: turns are identified by their
 * numbers, and the other fields converge once the later events are applied too.
 */
export function applyEvent(call: LiveCall, event: CallMessage): LiveCall {
  if (event.position <= call.position) return call;
  const next = { ...withParticipants(applyData(call, event), event), position: event.position };
  return { ...next, holder: holderOf(next) };
}

/** What an event type changes, besides the participants; null for nothing. */
type Change<T extends CallEventType> =
  | ((call: LiveCall, data: CallEventData<T>, at: string) => LiveCall)
  | null;

/** Every event type, so that a new one does not compile until it is considered here. */
const CHANGES: { [T in CallEventType]: Change<T> } = {
  CallStarted: started,
  CallRinging: (call) => (call.status === "started" ? { ...call, status: "ringing" } : call),
  CallAnswered: (call, _, at) => ({ ...inProgress(call), answered_at: call.answered_at ?? at }),
  RoutedToVoicemail: (call) => ({ ...call, isVoicemail: true }),
  CallEnded: (call, { outcome }, at) => ({
    ...call,
    status: outcome,
    outcome,
    endedAt: at,
  }),

  // A caller who speaks with the AI was answered, even if the provider has not reported it yet.
  CallerTurn: (call, { turn, text }) => ({
    ...inProgress(call),
    turns: withTurn(call.turns, { turn, speaker: "caller", text: plain(text) }),
  }),
  AiTurn: (call, { turn, text }) => ({
    ...inProgress(call),
    turns: withTurn(call.turns, { turn, speaker: "ai", text: plain(text) }),
  }),
  AiTurnInterrupted: (call, { turn, heard_ms }) => ({
    ...call,
    turns: withHeardMs(call.turns, turn, heard_ms),
  }),
  EscalationTriggered: (call, { rule }) => ({
    ...call,
    escalated: true,
    emergency: call.emergency || rule === EMERGENCY,
  }),
  AiFailed: (call) => ({
    ...call,
    lastProblem: "A model did not respond. The caller hears a fallback message.",
  }),

  TakeoverAccepted: (call) => ({ ...call, lastProblem: null }),
  TakeoverFailed: (call, { reason }) => ({ ...call, lastProblem: `The takeover failed: ${reason}.` }),
  // A listener needs no phone while the assistant handles the call.
  ParticipantUnreached: (call, { role, reason }) =>
    role === "listener" && !call.taken_over_by
      ? call
      : { ...call, lastProblem: `A participant was not reached: ${reason}.` },
  PutOnHold: (call, { user }) => ({ ...call, on_hold_by: user }),
  TakenOffHold: (call) => ({ ...call, on_hold_by: null }),
  TransferStarted: (call) => ({ ...call, lastProblem: null }),
  TransferFailed: (call, { reason }) => ({ ...call, lastProblem: `The transfer failed: ${reason}.` }),

  RecordingStarted: withPhase,
  RecordingReady: withPhase,
  RecordingArchived: withPhase,
  TranscriptReady: withPhase,

  DetailsEdited: (call, { caller_name: name, caller_number: number }) => ({
    ...call,
    caller_name: name === undefined ? call.caller_name : known(name),
    caller_name_edited: call.caller_name_edited || name !== undefined,
    caller_number: number === undefined ? call.caller_number : known(number),
    caller_number_edited: call.caller_number_edited || number !== undefined,
  }),
  CallErased: (call) => ({
    ...call,
    caller_name: null,
    caller_number: null,
    called_number: null,
    turns: call.turns.map((turn) => ({ ...turn, text: null })),
  }),

  // Change the participants only.
  ListenerJoined: null,
  ListenerLeft: null,
  TakeoverRequested: null,
  TakeoverDeclined: null,
  TakenOver: null,
  Transferred: null,
  ParticipantCalled: null,
  ParticipantJoined: null,
  ParticipantLeft: null,
  ProviderReported: null,

  // Before the start: a queued call is not live.
  CallQueued: null,
  QueueEdited: null,
  QueuePaused: null,
  QueueResumed: null,
  QueueCancelled: null,
  DialDeferred: null,
  DialRefused: null,
  DialPermitted: null,
  DialIntended: null,
  DialAttempted: null,
  DialFailed: null,
  DialUnresolved: null,
  DuplicateDialDetected: null,
  LegRefused: null,

  // Not shown on a card.
  AiDisclosed: null,
  ConsentNoticePlayed: null,
  HeardUnclearly: null,
  SilencePrompted: null,
  FieldCollected: null,
  GuardrailTripped: null,
  DigitsSent: null,
  ConferenceStarted: null,
  ConferenceEnded: null,
  RecordingPaused: null,
  RecordingResumed: null,
  RecordingUnavailable: null,
  RecordingPlayed: null,
  TranscriptionRequested: null,
  EffectRetryRequested: null,
  TranscriptionFailed: null,
  CallSummarized: null,
  DoNotCallRequested: null,
  OptOutHonored: null,
  CostIncurred: null,
  Graded: null,
  GradeCleared: null,
  CorrectionNoted: null,
  CorrectionWithdrawn: null,
  Resolved: null,
  Reopened: null,
  CallHidden: null,
  Reconciled: null,
  EffectFailed: null,
  GapRepaired: null,
};

function applyData(call: LiveCall, { type, data, at }: CallMessage): LiveCall {
  // The entry of the type takes the type's data. A newer service may send types without an entry.
  const change = CHANGES[type] as Change<typeof type> | undefined;
  return change ? (change as (call: LiveCall, data: unknown, at: string) => LiveCall)(call, data, at) : call;
}

function withParticipants(call: LiveCall, event: CallMessage): LiveCall {
  const participants = foldParticipants(call.participants, event);
  if (participants === call.participants && event.type !== "CallEnded") return call;
  // An ended call has no participants left, whatever is reported later.
  const isActive = call.endedAt === null;
  return {
    ...call,
    participants,
    listeners: isActive ? listeners(participants) : [],
    takeover_requests: isActive ? takeoverRequests(participants) : [],
    takeovers_accepted: isActive ? takeoversAccepted(participants) : [],
    taken_over_by: participants.taken_over_by ?? null,
    transferring: isActive && participants.transfer != null,
  };
}

/** A reported start replaces what was inferred, and an inferred one only adds what is missing. */
function started(call: LiveCall, data: CallEventData<"CallStarted">): LiveCall {
  const joined = <T extends string>(before: T | null | undefined, now: T | null | undefined): T | null => {
    if (!before || !now) return before || now || null;
    if (call.start_reported !== data.inferred) return before < now ? before : now;
    return data.inferred ? before : now;
  };
  return {
    ...call,
    direction: joined(call.direction, data.direction),
    agent: joined(call.agent, data.agent),
    number: joined(call.number, data.number),
    called_number: joined(call.called_number, known(data.to)),
    caller_number: call.caller_number_edited
      ? call.caller_number
      : joined(call.caller_number, known(data.from)),
    caller_name: call.caller_name_edited
      ? call.caller_name
      : joined(call.caller_name, known(data.caller_name)),
    start_reported: call.start_reported || !data.inferred,
  };
}

function inProgress(call: LiveCall): LiveCall {
  return call.endedAt === null ? { ...call, status: "in_progress" } : call;
}

/** A phase that has a recording or a transcript has begun, even if its event has not been received. */
function withPhase(call: LiveCall, { phase }: { phase: "ai" | "human" | "voicemail" }): LiveCall {
  if (phase === "voicemail") return { ...call, isVoicemail: true };
  return phase === "ai" ? inProgress(call) : call;
}

/** Who the remote party is connected to, by the rules of `CallView::holder`. */
function holderOf(call: LiveCall): string {
  if (call.endedAt !== null) return "none";
  if (call.on_hold_by) return "hold";
  if (call.isVoicemail) return "voicemail";
  if (call.taken_over_by) return "team_member";
  if (call.status !== "in_progress") return "none";
  // A call from the browser of a team member has no agent.
  return call.turns.length > 0 || call.agent ? "ai" : "team_member";
}

function withTurn(turns: readonly LiveTurn[], turn: LiveTurn): LiveTurn[] {
  const isSame = (other: LiveTurn) => other.turn === turn.turn && other.speaker === turn.speaker;
  const before = turns.find(isSame);
  // Of two texts of one turn, the service shows the lesser one.
  const text = before?.text != null && turn.text != null && before.text < turn.text ? before.text : turn.text;
  const all = [
    ...turns.filter((other) => !isSame(other)),
    { ...turn, text: text ?? before?.text ?? null, heard_ms: before?.heard_ms ?? null },
  ];
  return all.sort((a, b) => a.turn - b.turn || (a.speaker === "caller" ? -1 : 1));
}

function withHeardMs(turns: readonly LiveTurn[], turn: number, heardMs: number): LiveTurn[] {
  return turns.map((other) =>
    other.turn === turn && other.speaker === "ai"
      ? { ...other, heard_ms: Math.max(heardMs, other.heard_ms ?? 0) }
      : other,
  );
}

/** The text; null if it is erased. */
function plain(text: PersonalText): string | null {
  return typeof text === "string" ? text : null;
}

/** The text; null if it is absent, empty or erased. */
function known(text: PersonalText | undefined): string | null {
  return typeof text === "string" && text !== "" ? text : null;
}
