import type { CallEvent, UnreadableEvent, UserEvent } from "./types";

/** Whether the service could not read the event: its type may be unknown, and it has no payload. */
export function isUnreadable(event: CallEvent | UserEvent | UnreadableEvent): event is UnreadableEvent {
  return "unreadable" in event.data;
}
