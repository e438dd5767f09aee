import type { HistoryEvent } from "../../../api/types";
import type { EventMessage } from "../../../feed/messages";
import { money } from "../../../format/numbers";
import { phone } from "../../../format/phone";
import { exactClock, fromMicros } from "../../../format/time";
import { words } from "../../../format/words";

type Data = Record<string, unknown>;

/** Counts and sizes are smaller; the log's microseconds passed this in 2001. */
const SURELY_A_MOMENT = 1e15;

/** A value as a person reads it; erased ones stand as `{"erased": true}`. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" && value > SURELY_A_MOMENT) return exactClock(fromMicros(value));
  if (typeof value === "object") return "erased" in value ? "erased" : JSON.stringify(value);
  return String(value);
}

/** What an event says, in half a line; `nameOf` knows people. */
export function describe(
  event: Pick<HistoryEvent | EventMessage, "type" | "data">,
  nameOf: (userId: string) => string,
): string {
  const data = event.data as Data;
  const user = data.user ?? data.by;
  const who = typeof user === "string" ? nameOf(user) : "";
  switch (event.type) {
    case "CallStarted":
      return `${phone(shown(data.from))} → ${phone(shown(data.to))}${data.inferred ? " (concluded from later news)" : ""}`;
    case "CallerTurn":
    case "AiTurn":
      return data.text && typeof data.text === "object" ? "Erased words" : `“${shown(data.text)}”`;
    case "AiTurnInterrupted":
      return `Cut short: “${shown(data.heard_text)}” was heard`;
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
      return `${shown(data.field)}: ${shown(data.value)}${data.valid ? "" : " (not well-formed)"}`;
    case "CostIncurred":
      return `${words(shown(data.item))}: ${money(Number(data.amount_micros), shown(data.currency))}`;
    case "CorrectionNoted":
      return `${data.turn ? `On turn ${shown(data.turn)}: ` : ""}“${shown(data.note)}”, ${who}`;
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
      return plain(data, who);
  }
}

/** For the rest: what tells most, in this order. */
function plain(data: Data, who: string): string {
  const parts = ["phase", "reason", "rule", "disposition", "effect", "role", "digits", "engine", "provider"]
    .filter((field) => data[field] !== undefined && data[field] !== null)
    .map((field) => words(shown(data[field])));
  if (who) parts.push(who);
  return parts.join(", ");
}
