/** An event of the log, as the live feed tells it. */
export interface EventMessage {
  position: number;
  /** The event's name: `AiTurn`. */
  type: string;
  /** The call it is about; null for agents, contacts and kept callbacks. */
  call_id: string | null;
  stream: { type: string; id: string };
  at: string;
  data: Record<string, unknown>;
}

/** Somebody came or went. Without a position: whoever missed it has missed nothing. */
export interface PresenceMessage {
  type: "presence";
  user_id: string;
  here: boolean;
}

/** How far a rebuild has come; `null` when it is over. Without a position. */
export interface RebuildMessage {
  type: "rebuild";
  name: string;
  progress: {
    stage: string;
    done: number;
    total: number;
    events_per_second: number;
    seconds_left?: number | null;
  } | null;
}

export type FeedMessage = EventMessage | PresenceMessage | RebuildMessage;

export function isEvent(message: FeedMessage): message is EventMessage {
  return "position" in message;
}

/** Reads a message; null for anything that is not one, so that a newer service cannot break an older page. */
export function parse(text: unknown): FeedMessage | null {
  if (typeof text !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  const message = value as Record<string, unknown>;
  if (typeof message.position === "number") return value as EventMessage;
  if (message.type === "presence") return value as PresenceMessage;
  if (message.type === "rebuild") return value as RebuildMessage;
  return null;
}
