import type { QueryClient } from "@tanstack/react-query";
import { type EventMessage, type FeedMessage, isEvent } from "./messages";

/** Read models follow the log a moment after the feed tells it; asking at once would show the old state. */
const CALL_AFTER_MS = 400;
/** Lists and figures change with every call of a busy day: each is asked at most this often. */
const LISTS_AFTER_MS = 2_000;
/** A read model that is further behind than that has caught up by now: once nothing more happens, all is asked once more. */
const ONCE_MORE_AFTER_MS = 5_000;

const TALK =
  /^(CallerTurn|AiTurn|AiTurnInterrupted|HeardUnclearly|SilencePrompted|FieldCollected|ProviderReported)$/;
const REVIEW = /^(Graded|GradeCleared|CorrectionNoted|CorrectionWithdrawn)$/;

/** What an event makes stale: the first parts of query keys, and how soon they are asked again. */
export function stales(
  event: Pick<EventMessage, "type" | "stream" | "call_id">,
): { key: string[]; after: number }[] {
  const lists = (...keys: string[][]) => keys.map((key) => ({ key, after: LISTS_AFTER_MS }));
  switch (event.stream.type) {
    case "call": {
      const call = { key: ["call", event.stream.id], after: CALL_AFTER_MS };
      // What is said in a call changes no list.
      if (TALK.test(event.type)) return [call];
      if (REVIEW.test(event.type)) return [call, ...lists(["calls"], ["stats"], ["feedback"])];
      return [call, ...lists(["calls"], ["stats"], ["contacts"])];
    }
    case "agent":
      return lists(["agents"], ["agent", event.stream.id], ["numbers"]);
    case "contact":
      return lists(["contacts"]);
    default:
      return lists(["unrouted"]);
  }
}

interface Source {
  read(reader: (message: FeedMessage) => void): () => void;
}

/** Marks as stale what events changed, together and not at once: a rush of events asks each query once. */
export function followInvalidations(source: Source, client: QueryClient): () => void {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const late = new Map<string, ReturnType<typeof setTimeout>>();
  const unread = source.read((message) => {
    if (!isEvent(message)) {
      if (message.type === "presence") {
        void client.invalidateQueries({ queryKey: ["active-users"] });
        // Whoever comes may be new.
        void client.invalidateQueries({ queryKey: ["colleagues"] });
      }
      return;
    }
    for (const { key, after } of stales(message)) {
      const name = key.join(" ");
      if (timers.has(name)) continue;
      const run = () => {
        timers.delete(name);
        void client.invalidateQueries({ queryKey: key });
        clearTimeout(late.get(name));
        late.set(name, setTimeout(onceMore, ONCE_MORE_AFTER_MS));
      };
      const onceMore = () => {
        late.delete(name);
        void client.invalidateQueries({ queryKey: key });
      };
      timers.set(name, setTimeout(run, after));
    }
  });
  return () => {
    unread();
    for (const timer of [...timers.values(), ...late.values()]) clearTimeout(timer);
  };
}
