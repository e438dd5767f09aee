import type { LiveCall } from "./liveCall";

/** The actions a user can take on a call now; the service would refuse any other. */
export interface AllowedActions {
  listen: boolean;
  stopListening: boolean;
  takeOver: boolean;
  /** Accept or decline a request to take over. */
  answer: boolean;
  hold: boolean;
  resume: boolean;
  /** Transfer and keypad: only after a takeover. */
  handle: boolean;
  hangUp: boolean;
}

/** Whether the assistant handles the call: it then has no conference to join. */
export function isWithAi(call: LiveCall): boolean {
  return call.holder === "ai" && !call.taken_over_by;
}

/** `isTapped`: whether this page plays the call's audio. */
export function allowedActions(call: LiveCall, userId: string, isTapped = false): AllowedActions {
  const isActive = call.endedAt === null;
  // Not by the status: the network reports no answer event for a call that the assistant answers.
  const isTalking = isActive && call.holder !== "none";
  const isListening = call.listeners.includes(userId);
  const isTaken = call.taken_over_by !== null && call.taken_over_by !== undefined;
  const isAtVoicemail = call.holder === "voicemail";
  const isHeld = call.on_hold_by !== null && call.on_hold_by !== undefined;
  return {
    // A user who listens elsewhere (another tab, before a reload) can start listening here too.
    listen:
      isTalking &&
      !isTapped &&
      (!isListening || isWithAi(call)) &&
      !isAtVoicemail &&
      call.taken_over_by !== userId,
    stopListening: isActive && (isListening || isTapped),
    takeOver: isTalking && !isTaken && !isAtVoicemail && !call.takeovers_accepted.includes(userId),
    answer: isActive && call.takeover_requests.includes(userId),
    hold: isTalking && isTaken && !isHeld,
    resume: isActive && isHeld,
    handle: isTalking && isTaken && !call.transferring,
    hangUp: isActive,
  };
}
