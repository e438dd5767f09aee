import type { ActiveCall, LiveTurn } from "../api/types";
import type { EventMessage } from "../feed/messages";

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
export function fromStartEvent(event: EventMessage): LiveCall | null {
  if (event.type !== "CallStarted" || !event.call_id) return null;
  const { data } = event;
  return {
    call_id: event.call_id,
    direction: text(data.direction),
    status: "started",
    agent: text(data.agent),
    number: text(data.number),
    caller_number: text(data.from),
    caller_name: text(data.caller_name),
    called_number: text(data.to),
    holder: "none",
    taken_over_by: null,
    on_hold_by: null,
    transferring: false,
    escalated: false,
    started_at: event.at,
    answered_at: null,
    listeners: [],
    takeover_requests: [],
    takeovers_accepted: [],
    turns: [],
    lastProblem: null,
    isVoicemail: false,
    position: event.position,
    outcome: null,
    endedAt: null,
  };
}

/**
 * The call after an event. Applying an event that the snapshot already includes is harmless: turns are identified by their
 * numbers, and the other fields converge once the later events are applied too.
 */
export function applyEvent(call: LiveCall, event: EventMessage): LiveCall {
  if (event.position <= call.position) return call;
  const next = { ...applyData(call, event), position: event.position };
  return { ...next, holder: holderOf(next) };
}

function applyData(call: LiveCall, { type, data, at }: EventMessage): LiveCall {
  const user = text(data.user) ?? "";
  switch (type) {
    case "CallStarted":
      return {
        ...call,
        direction: text(data.direction) ?? call.direction,
        agent: text(data.agent) ?? call.agent,
        number: text(data.number) ?? call.number,
        caller_number: text(data.from) || call.caller_number,
        caller_name: text(data.caller_name) ?? call.caller_name,
        called_number: text(data.to) || call.called_number,
      };
    case "CallRinging":
      return call.status === "started" ? { ...call, status: "ringing" } : call;
    case "CallAnswered":
      return { ...call, status: "in_progress", answered_at: call.answered_at ?? at };
    case "RoutedToVoicemail":
      return { ...call, isVoicemail: true };
    // A caller who speaks with the AI was answered, even if the provider has not reported it yet.
    case "CallerTurn":
      return {
        ...call,
        status: call.endedAt === null ? "in_progress" : call.status,
        turns: withTurn(call.turns, { turn: turnNumber(data), speaker: "caller", text: text(data.text) }),
      };
    case "AiTurn":
      return {
        ...call,
        status: call.endedAt === null ? "in_progress" : call.status,
        turns: withTurn(call.turns, { turn: turnNumber(data), speaker: "ai", text: text(data.text) }),
      };
    case "AiTurnInterrupted":
      return { ...call, turns: withHeardMs(call.turns, turnNumber(data), Number(data.heard_ms) || 0) };
    case "EscalationTriggered":
      return { ...call, escalated: true };
    case "ListenerJoined":
      return { ...call, listeners: withUser(call.listeners, user) };
    case "ListenerLeft":
      // They stay until the takeover that they accepted has succeeded or failed.
      if (call.takeovers_accepted.includes(user)) return call;
      return { ...call, listeners: without(call.listeners, user) };
    case "TakeoverRequested":
      return { ...call, takeover_requests: withUser(call.takeover_requests, user) };
    case "TakeoverAccepted":
      return {
        ...call,
        takeover_requests: without(call.takeover_requests, user),
        takeovers_accepted: withUser(call.takeovers_accepted, user),
        lastProblem: null,
      };
    case "TakeoverDeclined":
      return {
        ...call,
        takeover_requests: without(call.takeover_requests, user),
        takeovers_accepted: without(call.takeovers_accepted, user),
      };
    case "TakenOver":
      return {
        ...call,
        taken_over_by: user,
        takeover_requests: [],
        takeovers_accepted: [],
        listeners: without(call.listeners, user),
      };
    case "TakeoverFailed":
      return {
        ...call,
        taken_over_by: call.taken_over_by === user ? null : call.taken_over_by,
        lastProblem: `The takeover failed: ${text(data.reason) ?? "no reason given"}.`,
      };
    case "ParticipantUnreached":
      // A listener needs no phone while the assistant handles the call.
      if (data.role === "listener" && !call.taken_over_by) return call;
      return {
        ...call,
        lastProblem: `A participant was not reached: ${text(data.reason) ?? "no reason given"}.`,
      };
    case "PutOnHold":
      return { ...call, on_hold_by: user };
    case "TakenOffHold":
      return { ...call, on_hold_by: null };
    case "TransferStarted":
      return { ...call, transferring: true, lastProblem: null };
    case "Transferred":
      return { ...call, transferring: false };
    case "TransferFailed":
      return {
        ...call,
        transferring: false,
        lastProblem: `The transfer failed: ${text(data.reason) ?? "no reason given"}.`,
      };
    case "AiFailed":
      return { ...call, lastProblem: "A model did not respond. The caller hears a fallback message." };
    case "CallEnded":
      return {
        ...call,
        status: text(data.outcome) ?? "completed",
        outcome: text(data.outcome),
        endedAt: at,
        listeners: [],
        takeover_requests: [],
        takeovers_accepted: [],
        transferring: false,
      };
    case "DetailsEdited":
      return {
        ...call,
        caller_name: edited(data.caller_name, call.caller_name ?? null),
        caller_number: edited(data.caller_number, call.caller_number ?? null),
      };
    case "CallErased":
      return {
        ...call,
        caller_name: null,
        caller_number: null,
        called_number: null,
        turns: call.turns.map((turn) => ({ ...turn, text: null })),
      };
    default:
      return call;
  }
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

/** An edited text: absent keeps the known one, empty removes it. */
function edited(value: unknown, known: string | null): string | null {
  const now = text(value);
  return now === null ? known : now || null;
}

function withTurn(turns: readonly LiveTurn[], turn: LiveTurn): LiveTurn[] {
  const others = turns.filter((other) => other.turn !== turn.turn || other.speaker !== turn.speaker);
  const heardMs = turns.find((other) => other.turn === turn.turn && other.speaker === turn.speaker)?.heard_ms;
  const all = [...others, { ...turn, heard_ms: heardMs ?? null }];
  return all.sort((a, b) => a.turn - b.turn || (a.speaker === "caller" ? -1 : 1));
}

function withHeardMs(turns: readonly LiveTurn[], turn: number, heardMs: number): LiveTurn[] {
  return turns.map((other) =>
    other.turn === turn && other.speaker === "ai"
      ? { ...other, heard_ms: Math.max(heardMs, other.heard_ms ?? 0) }
      : other,
  );
}

function withUser(users: readonly string[], user: string): string[] {
  return users.includes(user) || user === "" ? [...users] : [...users, user].sort();
}

function without(users: readonly string[], user: string): string[] {
  return users.filter((other) => other !== user);
}

function turnNumber(data: Record<string, unknown>): number {
  return Number(data.turn) || 0;
}

/** The value if it is a string; null for an erased value (`{"erased": true}`) or a missing one. */
function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
