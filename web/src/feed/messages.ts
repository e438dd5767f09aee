import type { CallEvent, CallEventType, Schemas } from "../api/types";

/** An event of a call, as sent on the live feed. */
export type CallMessage = Schemas["CallFeedEvent"];
/** An event of a call of one type. */
export type CallMessageOf<T extends CallEventType> = CallMessage & Extract<CallEvent, { type: T }>;
/** An event of the log that the service can read. */
export type EventMessage =
  | CallMessage
  | Schemas["AgentFeedEvent"]
  | Schemas["ContactFeedEvent"]
  | Schemas["CalleeFeedEvent"]
  | Schemas["PhoneNumberFeedEvent"]
  | Schemas["TenantSettingsFeedEvent"]
  | Schemas["QuarantineFeedEvent"]
  | Schemas["LedgerFeedEvent"];
/** An event that the service cannot read, such as one of a newer version. */
export type UnreadableMessage = Schemas["UnreadableFeedEvent"];
/** An event of a call, readable or not. */
export type CallRecord = CallMessage | UnreadableMessage;
/** Presence of a user, or progress of a rebuild. Not an event of the log, so without a position. */
export type Notice = Schemas["Notice"];

export type FeedMessage = EventMessage | UnreadableMessage | Notice;

/** Whether the message is an event of the log. */
export function isEvent(message: FeedMessage): message is EventMessage | UnreadableMessage {
  return "position" in message;
}

/** Whether the message is a readable event of a call. A newer service may send types that this page does not know. */
export function isCallEvent(message: FeedMessage): message is CallMessage {
  return isOfCall(message) && !("unreadable" in message.data);
}

/** Whether the message is an event of a call, readable or not. */
export function isOfCall(message: FeedMessage): message is CallRecord {
  return isEvent(message) && message.stream.type === "call";
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
  return isMessage(value) ? value : null;
}

/** Checks what distinguishes the messages, not each field: the service's tests hold its messages to the schema. */
function isMessage(value: unknown): value is FeedMessage {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  if ("position" in value) return typeof value.position === "number";
  return value.type === "presence" || value.type === "rebuild";
}
