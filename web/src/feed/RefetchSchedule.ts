import type { QueryClient, QueryKey } from "@tanstack/react-query";

/** After this quiet time, in milliseconds, a query is fetched once more, for a read model that lagged further behind. */
const FINAL_REFETCH_DELAY_MS = 5_000;

type Timer = ReturnType<typeof setTimeout>;

/** Fetches queries after a delay; a burst of events fetches each query once. */
export class RefetchSchedule {
  private readonly client: QueryClient;
  private readonly timers = new Map<string, Timer>();
  private readonly finalTimers = new Map<string, Timer>();

  constructor(client: QueryClient) {
    this.client = client;
  }

  /** Fetches the queries below a key after a delay in milliseconds, unless they are about to be fetched. */
  after(key: QueryKey, ms: number): void {
    this.start(key, ms, () => {});
  }

  /** As `after`, and once more when no event has asked for them for a while. */
  twiceAfter(key: QueryKey, ms: number): void {
    this.start(key, ms, () => {
      const name = key.join(" ");
      clearTimeout(this.finalTimers.get(name));
      const final = () => {
        this.finalTimers.delete(name);
        this.fetch(key);
      };
      this.finalTimers.set(name, setTimeout(final, FINAL_REFETCH_DELAY_MS));
    });
  }

  stop(): void {
    for (const timer of [...this.timers.values(), ...this.finalTimers.values()]) clearTimeout(timer);
    this.timers.clear();
    this.finalTimers.clear();
  }

  private start(key: QueryKey, ms: number, then: () => void): void {
    const name = key.join(" ");
    if (this.timers.has(name)) return;
    const run = () => {
      this.timers.delete(name);
      this.fetch(key);
      then();
    };
    this.timers.set(name, setTimeout(run, ms));
  }

  private fetch(key: QueryKey): void {
    void this.client.invalidateQueries({ queryKey: key });
  }
}
