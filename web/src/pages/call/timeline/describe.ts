import type { HistoryEvent } from "../../../api/types";
import type { EventMessage } from "../../../feed/messages";
import { money } from "../../../format/numbers";
import { phone } from "../../../format/phone";
import { exactClock, fromMicros } from "../../../format/time";
import { words } from "../../../format/words";

type Data = Record<string, unknown>;

/** Numbers above this are epoch microseconds (since 2001); counts and sizes are smaller. */
const MIN_EPOCH_MICROS = 1e15;

/** Formats a value for display; an erased value is `{"erased": true}`. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" && value > MIN_EPOCH_MICROS) return exactClock(fromMicros(value));
  if (typeof value === "object") return "erased" in value ? "Erased" : JSON.stringify(value);
  return String(value);
}

/** A one-line description of an event; `nameOf` resolves user IDs. */
export function describe(
  event: Pick<HistoryEvent | EventMessage, "type" | "data">,
  nameOf: (userId: string) => string,
): string {
  const data = event.data as Data;
  const user = data.user ?? data.by;
  const who = typeof user === "string" ? nameOf(user) : "";
  switch (event.type) {
    case "CallStarted":
      return `${phone(shown(data.from))} → ${phone(shown(data.to))}${data.inferred ? " (inferred from later callbacks)" : ""}`;
    case "CallerTurn":
    case "AiTurn":
      return data.text && typeof data.text === "object" ? "Erased" : `“${shown(data.text)}”`;
    case "AiTurnInterrupted":
      return `Heard before the interruption: “${shown(data.heard_text)}”`;
    case "CallAnswered":
      return `By ${words(shown(data.by)).toLowerCase()}`;
    case "CallEnded":
      return [
        words(shown(data.outcome)),
        data.ended_by && `by ${words(shown(data.ended_by)).toLowerCase()}`,
        shown(data.reason),
      ]
        .filter(Boolean)
        .join(", ");
    case "FieldCollected":
      return `${shown(data.field)}: ${shown(data.value)}${data.valid ? "" : " (invalid)"}`;
    case "CostIncurred":
      return `${words(shown(data.item))}: ${money(Number(data.amount_micros), shown(data.currency))}`;
    case "CorrectionNoted":
      return `${data.turn ? `Turn ${shown(data.turn)}: ` : ""}“${shown(data.note)}”, ${who}`;
    case "Graded":
      return `${words(shown(data.grade))}, by ${who}`;
    case "ProviderReported":
      return `${shown(data.kind)}: ${shown(data.status)}`;
    case "TransferStarted":
    case "Transferred":
      return `To ${phone(shown(data.to))}`;
    case "TransferFailed":
      return `To ${phone(shown(data.to))}: ${shown(data.reason)}`;
    case "CallSummarized":
      return shown(data.summary);
    default:
      return describeFields(data, who);
  }
}

/** The fallback: the most telling fields, in this order. */
function describeFields(data: Data, who: string): string {
  const parts = ["phase", "reason", "rule", "disposition", "effect", "role", "digits", "engine", "provider"]
    .filter((field) => data[field] !== undefined && data[field] !== null)
    .map((field) => words(shown(data[field])));
  if (who) parts.push(who);
  return parts.join(", ");
}
