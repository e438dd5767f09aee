/** An event of a text call, as the local party perceives it. */
export interface LineEvent {
  what: string;
  /** Time of the event on the network's clock, RFC 3339. */
  at?: string;
  text?: string;
  /** The speaker of words (`service`, `person`, `network`), or who ended the call (`you`, `other_side`, `network`). */
  by?: string;
  key?: string;
  outcome?: string;
  why?: string;
}

/** A line of the conversation. */
export interface ConversationLine {
  id: number;
  /** `note` is anything but speech: music, keys, a hold. */
  who: "me" | "service" | "person" | "network" | "note";
  text: string;
  /** Whether the speaker was interrupted. */
  isCut: boolean;
}

/**
 * A call in which the user types instead of speaking.
 *
 * `turn` is `remote` while the remote party speaks, `local` while it listens, `none` while it prepares a response, and
 * `both` when two people are connected, who may speak at any time.
 */
export interface TextCall {
  stage: "connecting" | "ringing" | "open" | "ended";
  turn: "remote" | "local" | "none" | "both";
  lines: readonly ConversationLine[];
  outcome: string | null;
  endedBy: string | null;
  /** Message about an error. */
  note: string | null;
}

export const CONNECTING: TextCall = {
  stage: "connecting",
  turn: "none",
  lines: [],
  outcome: null,
  endedBy: null,
  note: null,
};

/** The call after an event; an unknown event changes nothing. */
export function applyEvent(call: TextCall, event: LineEvent): TextCall {
  const text = event.text ?? "";
  switch (event.what) {
    case "ringing":
      return call.stage === "connecting" ? { ...call, stage: "ringing" } : call;
    case "answered":
      return call.stage === "ended" ? call : { ...call, stage: "open" };
    case "heard":
      return {
        ...withLine(call, speakerOf(event.by), text),
        turn: call.turn === "both" ? "both" : "remote",
      };
    case "listening":
      return { ...call, turn: "local" };
    case "said":
      return { ...withLine(call, "me", text), turn: call.turn === "both" ? "both" : "none" };
    case "pressed":
      return withLine(call, "note", `You pressed ${event.key ?? "a key"}`);
    case "interrupted":
      return { ...call, lines: markLastInterrupted(call.lines) };
    case "played":
      return withLine(call, "note", "Audio is playing");
    case "connected":
      return { ...call, turn: "both" };
    case "on_hold":
      return withLine(call, "note", "You are on hold");
    case "off_hold":
      return withLine(call, "note", "You are off hold");
    case "ended":
      return {
        ...call,
        stage: "ended",
        outcome: event.outcome ?? null,
        endedBy: event.by ?? null,
      };
    case "refused":
      return { ...call, note: event.why ?? "This was not possible." };
    case "lost":
      return { ...call, stage: "ended", note: "The connection to the telephone network was lost." };
    default:
      return call;
  }
}

/** Parses a message of the line; null if it is not an event. */
export function parse(text: unknown): LineEvent | null {
  if (typeof text !== "string") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "what" in value ? (value as LineEvent) : null;
  } catch {
    return null;
  }
}

/** Describes how a call ended. `other` is the name of the remote party. */
export function ending(call: TextCall, other: string): string {
  if (call.note) return call.note;
  if (call.outcome === "busy") return `${other} was busy.`;
  if (call.outcome === "no_answer" && call.endedBy !== "you") return `${other} did not answer.`;
  if (call.outcome === "failed") return "The call could not be connected.";
  if (call.endedBy === "you") return "You hung up.";
  return call.endedBy === "other_side" ? `${other} hung up.` : "Call ended.";
}

function speakerOf(by: string | undefined): ConversationLine["who"] {
  return by === "service" || by === "person" ? by : "network";
}

function withLine(call: TextCall, who: ConversationLine["who"], text: string): TextCall {
  const line = { id: call.lines.length, who, text, isCut: false };
  return { ...call, note: null, lines: [...call.lines, line] };
}

/** Marks the last line of the remote party as interrupted. */
function markLastInterrupted(lines: readonly ConversationLine[]): readonly ConversationLine[] {
  const last = lines.findLastIndex((line) => line.who !== "me" && line.who !== "note");
  return lines.map((line, n) => (n === last ? { ...line, isCut: true } : line));
}
