import { isUnreadable } from "../../../api/events";
import type { CallEvent, UnreadableEvent } from "../../../api/types";
import { callEnding } from "../../../format/ending";
import { money } from "../../../format/numbers";
import { phone } from "../../../format/phone";
import { exactClock } from "../../../format/time";
import { eventName, words } from "../../../format/words";

/** A time as the service sends it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Formats a value for display; an erased value is `{"erased": true}`. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string" && TIME.test(value)) return exactClock(new Date(value));
  if (typeof value === "object") return "erased" in value ? "Erased" : JSON.stringify(value);
  return String(value);
}

type OneEvent = (CallEvent | UnreadableEvent) & { version: number };

/** The name of an event among the events of its call. A call ends once: a later report of the end is named as one. */
export function title(event: OneEvent, events: readonly OneEvent[]): string {
  const isEnd = ({ type }: OneEvent) => type === "CallEnded";
  const isRepeated = isEnd(event) && events.some((other) => isEnd(other) && other.version < event.version);
  return isRepeated ? "End reported again" : eventName(event.type);
}

/** A one-line description of an event; `nameOf` resolves user IDs. */
export function describe(event: CallEvent | UnreadableEvent, nameOf: (userId: string) => string): string {
  if (isUnreadable(event)) return `Cannot be read by this version: ${event.data.unreadable}`;
  switch (event.type) {
    case "CallStarted": {
      const { from, to, inferred } = event.data;
      return `${phone(shown(from))} → ${phone(shown(to))}${inferred ? " (inferred from later callbacks)" : ""}`;
    }
    case "CallerTurn":
    case "AiTurn":
      return typeof event.data.text === "string" ? `“${event.data.text}”` : "Erased";
    case "AiTurnInterrupted":
      return `Heard before the interruption: “${shown(event.data.heard_text)}”`;
    case "CallAnswered":
      return `By ${words(event.data.by).toLowerCase()}`;
    case "CallEnded":
      return callEnding(event.data);
    case "FieldCollected":
      return `${event.data.field}: ${shown(event.data.value)}${event.data.valid ? "" : " (invalid)"}`;
    case "CostIncurred":
      return `${words(event.data.item)}: ${money(event.data.amount_micros, event.data.currency)}`;
    case "CorrectionNoted": {
      const { turn, note, by } = event.data;
      return `${turn ? `Turn ${turn}: ` : ""}“${shown(note)}”, ${nameOf(by)}`;
    }
    case "Graded":
      return `${words(event.data.grade)}, by ${nameOf(event.data.by)}`;
    case "ProviderReported":
      return `${event.data.kind}: ${event.data.status}`;
    case "TransferStarted":
    case "Transferred":
      return `To ${phone(shown(event.data.to))}`;
    case "TransferFailed":
      return `To ${phone(shown(event.data.to))}: ${event.data.reason}`;
    case "CallSummarized":
      return shown(event.data.summary);
    default:
      return describeFields(event.data, nameOf);
  }
}

/** The fallback, also for types of a newer service: the most telling fields, in this order, and the user. */
function describeFields(data: CallEvent["data"], nameOf: (userId: string) => string): string {
  const values = new Map<string, unknown>(Object.entries(data));
  const parts = ["phase", "reason", "rule", "disposition", "effect", "role", "digits", "engine", "provider"]
    .map((field) => words(shown(values.get(field))))
    .filter(Boolean);
  const user = values.get("user") ?? values.get("by");
  if (typeof user === "string") parts.push(nameOf(user));
  return parts.join(", ");
}
