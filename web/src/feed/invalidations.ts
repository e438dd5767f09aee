import type { QueryClient } from "@tanstack/react-query";
import { type EventMessage, type FeedMessage, isEvent, type UnreadableMessage } from "./messages";

/** Delay before a call is refetched, in milliseconds: read models lag behind the feed by a moment. */
const CALL_DELAY_MS = 400;
/** Delay before lists and figures are refetched, in milliseconds: it limits the rate when many calls are active. */
const LISTS_DELAY_MS = 2_000;
/** After this quiet time, in milliseconds, everything is refetched once more, for read models that lagged further behind. */
const FINAL_REFETCH_DELAY_MS = 5_000;

const DIALOGUE =
  /^(CallerTurn|AiTurn|AiTurnInterrupted|HeardUnclearly|SilencePrompted|FieldCollected|ProviderReported)$/;
const REVIEW = /^(Graded|GradeCleared|CorrectionNoted|CorrectionWithdrawn)$/;

/** The query key prefixes that an event makes stale, and the delay in milliseconds before each is refetched. */
export function staleQueries(
  event: Pick<EventMessage | UnreadableMessage, "type" | "stream">,
): { key: string[]; after: number }[] {
  const lists = (...keys: string[][]) => keys.map((key) => ({ key, after: LISTS_DELAY_MS }));
  switch (event.stream.type) {
    case "call": {
      const call = { key: ["call", event.stream.id], after: CALL_DELAY_MS };
      // No list shows the dialogue.
      if (DIALOGUE.test(event.type)) return [call];
      if (REVIEW.test(event.type)) return [call, ...lists(["calls"], ["stats"], ["feedback"])];
      return [call, ...lists(["calls"], ["stats"], ["contacts"])];
    }
    case "agent":
      return lists(["agents"], ["agent", event.stream.id], ["numbers"]);
    case "contact":
      return lists(["contacts"]);
    default:
      return lists(["quarantined-webhooks"]);
  }
}

interface Source {
  read(reader: (message: FeedMessage) => void): () => void;
}

/** Invalidates the queries that events make stale; a burst of events invalidates each query once. */
export function followInvalidations(source: Source, client: QueryClient): () => void {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const finalTimers = new Map<string, ReturnType<typeof setTimeout>>();
  const stopReading = source.read((message) => {
    if (!isEvent(message)) {
      if (message.type === "presence") {
        void client.invalidateQueries({ queryKey: ["active-users"] });
        // A user who comes online may be new.
        void client.invalidateQueries({ queryKey: ["colleagues"] });
      }
      return;
    }
    for (const { key, after } of staleQueries(message)) {
      const name = key.join(" ");
      if (timers.has(name)) continue;
      const run = () => {
        timers.delete(name);
        void client.invalidateQueries({ queryKey: key });
        clearTimeout(finalTimers.get(name));
        finalTimers.set(name, setTimeout(runFinal, FINAL_REFETCH_DELAY_MS));
      };
      const runFinal = () => {
        finalTimers.delete(name);
        void client.invalidateQueries({ queryKey: key });
      };
      timers.set(name, setTimeout(run, after));
    }
  });
  return () => {
    stopReading();
    for (const timer of [...timers.values(), ...finalTimers.values()]) clearTimeout(timer);
  };
}
