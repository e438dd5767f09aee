import { hashKey, type QueryClient, type QueryKey } from "@tanstack/react-query";

/** The time without events after which a query is fetched, in milliseconds; a read model has caught up by then. */
const QUIET_MS = 5_000;

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
  private readonly quietTimers = new Map<string, Timer>();

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

  /** Fetches the queries below a key once, when no event has asked for them for a while. */
  whenQuiet(key: QueryKey): void {
    const name = hashKey(key);
    clearTimeout(this.quietTimers.get(name));
    const run = () => {
      this.quietTimers.delete(name);
      this.fetch(key);
    };
    this.quietTimers.set(name, setTimeout(run, QUIET_MS));
  }

  stop(): void {
    for (const { timer } of this.planned.values()) clearTimeout(timer);
    for (const timer of this.quietTimers.values()) clearTimeout(timer);
    this.planned.clear();
    this.quietTimers.clear();
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
      if (isFetchedAgain) this.whenQuiet(key);
    };
    this.planned.set(name, { timer: setTimeout(run, ms), due, isTwice: isTwice || known?.isTwice === true });
  }

  private fetch(key: QueryKey): void {
    void this.client.invalidateQueries({ queryKey: key });
  }
}
