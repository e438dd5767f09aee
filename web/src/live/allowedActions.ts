import type { LiveCall } from "./liveCall";

/** What a user can do to a call now; anything else would only be refused. */
export interface AllowedActions {
  listen: boolean;
  stopListening: boolean;
  takeOver: boolean;
  /** Somebody asks this user to take over. */
  answer: boolean;
  hold: boolean;
  resume: boolean;
  /** Transfer and keypad: a person of ours must be on the line. */
  handle: boolean;
  hangUp: boolean;
}

/** Whether the AI has the call: then no conference is there to be heard. */
export function isWithAi(call: LiveCall): boolean {
  return call.holder === "ai" && !call.taken_over_by;
}

/** `hears`: whether this page plays the call's sound. */
export function allowedActions(call: LiveCall, userId: string, hears = false): AllowedActions {
  const goesOn = call.endedAt === null;
  // Not by its status: of a call that the AI answers the network tells no moment of answering.
  const isTalking = goesOn && call.holder !== "nobody";
  const listens = call.listeners.includes(userId);
  const isTaken = call.taken_over_by !== null && call.taken_over_by !== undefined;
  const isAtVoicemail = call.holder === "voicemail";
  const isHeld = call.on_hold_by !== null && call.on_hold_by !== undefined;
  return {
    // Who is said to listen to the AI and hears nothing here (another tab, a page that was loaded again) can hear it.
    listen:
      isTalking && !hears && (!listens || isWithAi(call)) && !isAtVoicemail && call.taken_over_by !== userId,
    stopListening: goesOn && (listens || hears),
    takeOver: isTalking && !isTaken && !isAtVoicemail && !call.takeovers_accepted.includes(userId),
    answer: goesOn && call.takeover_requests.includes(userId),
    hold: isTalking && isTaken && !isHeld,
    resume: goesOn && isHeld,
    handle: isTalking && isTaken && !call.transferring,
    hangUp: goesOn,
  };
}
