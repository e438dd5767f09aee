/** What a person at a telephone notices, as the line of a typed call tells it. */
export interface Noticed {
  what: string;
  /** By the network's clock. */
  at?: string;
  text?: string;
  /** Of words: `service`, `person`, `network`. Of the end: `you`, `other_side`, `network`. */
  by?: string;
  key?: string;
  outcome?: string;
  why?: string;
}

/** A line of the conversation. */
export interface Spoken {
  id: number;
  /** `note` is no speech: music, keys, a hold. */
  who: "me" | "service" | "person" | "network" | "note";
  text: string;
  /** Whether it was cut short. */
  isCut: boolean;
}

/**
 * A call at which one types.
 *
 * Whose turn it is: `theirs` while something is said to us; `ours` once we are waited for; `nobodys` while the other side
 * thinks; `free` where two people talk, and anybody may speak at any time.
 */
export interface TextCall {
  stage: "connecting" | "ringing" | "open" | "ended";
  turn: "theirs" | "ours" | "nobodys" | "free";
  spoken: readonly Spoken[];
  outcome: string | null;
  endedBy: string | null;
  /** What went wrong, in words for people. */
  note: string | null;
}

export const CONNECTING: TextCall = {
  stage: "connecting",
  turn: "nobodys",
  spoken: [],
  outcome: null,
  endedBy: null,
  note: null,
};

/** The call after something was noticed. What nobody knows yet changes nothing. */
export function fold(call: TextCall, noticed: Noticed): TextCall {
  const text = noticed.text ?? "";
  switch (noticed.what) {
    case "ringing":
      return call.stage === "connecting" ? { ...call, stage: "ringing" } : call;
    case "answered":
      return call.stage === "ended" ? call : { ...call, stage: "open" };
    case "heard":
      return {
        ...withLine(call, speakerOf(noticed.by), text),
        turn: call.turn === "free" ? "free" : "theirs",
      };
    case "listening":
      return { ...call, turn: "ours" };
    case "said":
      return { ...withLine(call, "me", text), turn: call.turn === "free" ? "free" : "nobodys" };
    case "pressed":
      return withLine(call, "note", `You pressed ${noticed.key ?? "a key"}`);
    case "interrupted":
      return { ...call, spoken: cutLast(call.spoken) };
    case "played":
      return withLine(call, "note", "Something is played");
    case "connected":
      return { ...call, turn: "free" };
    case "on_hold":
      return withLine(call, "note", "You are on hold");
    case "off_hold":
      return withLine(call, "note", "You are off hold");
    case "ended":
      return {
        ...call,
        stage: "ended",
        outcome: noticed.outcome ?? null,
        endedBy: noticed.by ?? null,
      };
    case "refused":
      return { ...call, note: noticed.why ?? "That was not possible." };
    case "lost":
      return { ...call, stage: "ended", note: "The telephone network broke off." };
    default:
      return call;
  }
}

/** Reads a message of the line; null for anything that is not one. */
export function parse(text: unknown): Noticed | null {
  if (typeof text !== "string") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "what" in value ? (value as Noticed) : null;
  } catch {
    return null;
  }
}

/** How a call ended, for people. `other` is who was called. */
export function ending(call: TextCall, other: string): string {
  if (call.note) return call.note;
  if (call.outcome === "busy") return `${other} was busy.`;
  if (call.outcome === "no_answer" && call.endedBy !== "you") return `${other} did not answer.`;
  if (call.outcome === "failed") return "The call could not be put through.";
  if (call.endedBy === "you") return "You hung up.";
  return call.endedBy === "other_side" ? `${other} hung up.` : "The call is over.";
}

function speakerOf(by: string | undefined): Spoken["who"] {
  return by === "service" || by === "person" ? by : "network";
}

function withLine(call: TextCall, who: Spoken["who"], text: string): TextCall {
  const line = { id: call.spoken.length, who, text, isCut: false };
  return { ...call, note: null, spoken: [...call.spoken, line] };
}

/** Marks the last thing that was said to us. */
function cutLast(spoken: readonly Spoken[]): readonly Spoken[] {
  const last = spoken.findLastIndex((line) => line.who !== "me" && line.who !== "note");
  return spoken.map((line, n) => (n === last ? { ...line, isCut: true } : line));
}
