/** An event of the log, as sent on the live feed. */
export interface EventMessage {
  position: number;
  /** The event's name: `AiTurn`. */
  type: string;
  /** The call of the event; null for events of agents, contacts and quarantined webhooks. */
  call_id: string | null;
  stream: { type: string; id: string };
  at: string;
  data: Record<string, unknown>;
}

/** A user came online or went offline. Not an event of the log, so without a position. */
export interface PresenceMessage {
  type: "presence";
  user_id: string;
  here: boolean;
}

/** Progress of a rebuild; `null` when it has finished. Not an event of the log, so without a position. */
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

/** Parses a message; null for anything unknown, so that a newer service does not break an older page. */
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
