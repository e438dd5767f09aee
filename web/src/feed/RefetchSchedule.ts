import { hashKey, type QueryClient, type QueryKey } from "@tanstack/react-query";

/** After this quiet time, in milliseconds, a query is fetched once more, for a read model that lagged further behind. */
const FINAL_REFETCH_DELAY_MS = 5_000;

type Timer = ReturnType<typeof setTimeout>;

interface Planned {
  timer: Timer;
  /** On the clock of `performance.now()`. */
  due: number;
  /** Whether it is fetched once more when it is quiet. */
  isTwice: boolean;
}

/** Fetches queries after a delay; a burst of events fetches each query once. */
export class RefetchSchedule {
  private readonly client: QueryClient;
  private readonly planned = new Map<string, Planned>();
  private readonly finalTimers = new Map<string, Timer>();

  constructor(client: QueryClient) {
    this.client = client;
  }

  /** Fetches the queries below a key after a delay in milliseconds, unless they are fetched earlier anyway. */
  after(key: QueryKey, ms: number): void {
    this.plan(key, ms, false);
  }

  /** As `after`, and once more when no event has asked for them for a while. */
  twiceAfter(key: QueryKey, ms: number): void {
    this.plan(key, ms, true);
  }

  stop(): void {
    for (const { timer } of this.planned.values()) clearTimeout(timer);
    for (const timer of this.finalTimers.values()) clearTimeout(timer);
    this.planned.clear();
    this.finalTimers.clear();
  }

  private plan(key: QueryKey, ms: number, isTwice: boolean): void {
    const name = hashKey(key);
    const due = performance.now() + ms;
    const known = this.planned.get(name);
    if (known && known.due <= due) {
      known.isTwice ||= isTwice;
      return;
    }
    clearTimeout(known?.timer);
    const run = () => {
      const isFetchedAgain = this.planned.get(name)?.isTwice;
      this.planned.delete(name);
      this.fetch(key);
      if (isFetchedAgain) this.fetchWhenQuiet(key);
    };
    this.planned.set(name, { timer: setTimeout(run, ms), due, isTwice: isTwice || known?.isTwice === true });
  }

  private fetchWhenQuiet(key: QueryKey): void {
    const name = hashKey(key);
    clearTimeout(this.finalTimers.get(name));
    const final = () => {
      this.finalTimers.delete(name);
      this.fetch(key);
    };
    this.finalTimers.set(name, setTimeout(final, FINAL_REFETCH_DELAY_MS));
  }

  private fetch(key: QueryKey): void {
    void this.client.invalidateQueries({ queryKey: key });
  }
}
