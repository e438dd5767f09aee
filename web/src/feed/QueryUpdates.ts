import type { Query, QueryCacheNotifyEvent, QueryClient, QueryKey } from "@tanstack/react-query";
import { ApiProblem } from "../api/problem";
import type { CallDetail, CallPage, History, Stats, Transcript } from "../api/types";
import {
  applyToDetail,
  applyToHistory,
  applyToRow,
  applyToTranscripts,
  staleAfter,
  staleWhenQuiet,
} from "./applyEvent";
import type { CallFields, Stale } from "./callUpdates";
import type { CallRecord } from "./messages";
import { RecentEvents } from "./RecentEvents";
import { RefetchSchedule } from "./RefetchSchedule";

/** The query keys of a call. */
export const callKeys = {
  /** The prefix of the others. */
  all: (id: string) => ["call", id] as const,
  detail: (id: string) => ["call", id, "detail"] as const,
  transcript: (id: string) => ["call", id, "transcript"] as const,
  history: (id: string) => ["call", id, "history"] as const,
};

type CallQuery = "detail" | "transcript" | "history";

/** Delay before a call is fetched, in milliseconds: read models lag behind the feed by a moment. */
const CALL_DELAY_MS = 400;
/** Delay before lists and figures are fetched, in milliseconds: it limits the rate when many calls are active. */
const LISTS_DELAY_MS = 2_000;
/**
 * Delay before an answer that lacks events, or a failed request, is fetched again, in milliseconds; doubled each time up to
 * the maximum.
 */
const RETRY_DELAY_MS = 1_000;
const MAX_RETRY_DELAY_MS = 30_000;

/**
 * Keeps the cached answers about calls up to date. An event of the feed is applied to what the page shows of its call; what
 * cannot be derived from it is fetched. An answer that the service gave from an older position is completed with the events
 * since, so that no event is lost between a request and the feed.
 */
export class QueryUpdates {
  readonly schedule: RefetchSchedule;
  private readonly client: QueryClient;
  private readonly recent = new RecentEvents();
  /** How often in a row an answer lacked events, by query. */
  private readonly retries = new Map<string, number>();
  /** How often in a row a request for loaded data failed, by the hash of the query. */
  private readonly failures = new Map<string, number>();
  private stopWatching: (() => void) | null = null;
  /** The answers before the feed started: events between them and the start may be missing. */
  private early: { what: CallQuery; id: string; position: number | null }[] = [];

  constructor(client: QueryClient) {
    this.client = client;
    this.schedule = new RefetchSchedule(client);
  }

  /** The feed starts after a position. */
  start(after: number): void {
    this.recent.start(after);
    this.stopWatching ??= this.client.getQueryCache().subscribe((event) => this.onQueryEvent(event));
    for (const { what, id, position } of this.early.splice(0)) {
      if (position === null || position < after) this.retry(what, id);
    }
  }

  /** Forgets everything: the next feed may be of another user. */
  stop(): void {
    this.stopWatching?.();
    this.stopWatching = null;
    this.schedule.stop();
    this.recent.stop();
    this.retries.clear();
    this.failures.clear();
    this.early = [];
  }

  /** Applies an event of a call to the cached answers, and schedules the requests that it needs. */
  apply(event: CallRecord): void {
    this.recent.add(event);
    const id = event.stream.id;
    const stale = new Set(staleAfter(event));
    // The history first: the details are derived from it.
    this.update<History>(callKeys.history(id), "history", stale, (known) => applyToHistory(known, event));
    this.update<CallDetail>(callKeys.detail(id), "detail", stale, (known) =>
      applyToDetail(known, event, this.eventsUpTo(event)),
    );
    this.update<Transcript[]>(callKeys.transcript(id), "transcript", stale, (known) =>
      applyToTranscripts(known, event),
    );
    const isShownInList = this.updateRows(event);
    for (const one of stale) this.fetch(one, id);
    const whenQuiet = new Set(staleWhenQuiet(event));
    if (isShownInList && !stale.has("calls")) whenQuiet.add("calls");
    if (isShownInList && !stale.has("stats")) whenQuiet.add("stats");
    for (const one of whenQuiet) this.schedule.whenQuiet([one]);
  }

  /** The details that were answered from a position, with the events since. */
  completeDetail(id: string, detail: CallDetail, position: number | null): CallDetail {
    return this.complete("detail", id, detail, position, (known, event) =>
      applyToDetail(known, event, this.eventsUpTo(event)),
    );
  }

  /** The transcripts that were answered from a position, with the events since. */
  completeTranscripts(id: string, transcripts: Transcript[], position: number | null): Transcript[] {
    return this.complete("transcript", id, transcripts, position, applyToTranscripts);
  }

  /** The history, which is read from the log itself and therefore knows its version, with the events since. */
  completeHistory(history: History): History {
    if (!this.recent.isStarted) this.early.push({ what: "history", id: history.call_id, position: null });
    let completed = history;
    for (const event of this.recent.ofCall(history.call_id)) {
      const next = applyToHistory(completed, event);
      if (next === null) {
        this.retry("history", history.call_id);
        return completed;
      }
      completed = next;
    }
    this.retries.delete(`history ${history.call_id}`);
    return completed;
  }

  private complete<T>(
    what: CallQuery,
    id: string,
    answer: T,
    position: number | null,
    apply: (known: T, event: CallRecord) => T | null,
  ): T {
    if (!this.recent.isStarted) {
      this.early.push({ what, id, position });
      return answer;
    }
    // An answer without a position cannot be completed.
    const events = position === null ? null : this.recent.after(id, position);
    let completed = answer;
    let isComplete = events !== null;
    for (const event of events ?? []) {
      const next = apply(completed, event);
      if (next === null) isComplete = false;
      else completed = next;
    }
    if (isComplete) this.retries.delete(`${what} ${id}`);
    else this.retry(what, id);
    return completed;
  }

  /** Changes a cached answer. One that cannot be changed is added to the stale ones. */
  private update<T>(key: QueryKey, what: Stale, stale: Set<Stale>, change: (known: T) => T | null): void {
    const state = this.client.getQueryState<T>(key);
    const known = state?.data;
    if (known === undefined || stale.has(what)) return;
    if (state?.isInvalidated) {
      // A change would mark the query as up to date. An answer on its way is completed when it arrives; after a request that
      // failed or was cancelled, none is on its way.
      if (state.fetchStatus === "idle") stale.add(what);
      return;
    }
    const next = change(known);
    if (next === null) stale.add(what);
    else if (next !== known) this.client.setQueryData(key, next);
  }

  /** Changes the rows of a call; whether its status, which all lists show, has changed in one of them. */
  private updateRows(event: CallRecord): boolean {
    let isStatusChanged = false;
    const withEvent = <T extends CallFields & { call_id: string }>(row: T): T => {
      if (row.call_id !== event.stream.id) return row;
      const next = applyToRow(row, event);
      isStatusChanged ||= next.status !== row.status || next.voicemail !== row.voicemail;
      return next;
    };
    const isListed = (rows: readonly { call_id: string }[]) =>
      rows.some((row) => row.call_id === event.stream.id);
    const predicate = (query: Query) => !query.state.isInvalidated;
    this.client.setQueriesData<CallPage>({ queryKey: ["calls"], predicate }, (page) =>
      page && isListed(page.calls) ? { ...page, calls: page.calls.map(withEvent) } : page,
    );
    this.client.setQueriesData<Stats>({ queryKey: ["stats"], predicate }, (stats) =>
      stats && isListed(stats.latest) ? { ...stats, latest: stats.latest.map(withEvent) } : stats,
    );
    return isStatusChanged;
  }

  /** The history of an event's call, if it is loaded and includes the event. */
  private eventsUpTo(event: CallRecord): History["events"] | undefined {
    const history = this.client.getQueryData<History>(callKeys.history(event.stream.id));
    return history && history.version >= event.version ? history.events : undefined;
  }

  private fetch(what: Stale, id: string): void {
    switch (what) {
      case "detail":
      case "transcript":
      case "history":
        this.schedule.after(callKeys[what](id), CALL_DELAY_MS);
        break;
      default:
        // Their answers have no position, from which it would be known whether they include the event.
        this.schedule.twiceAfter([what], LISTS_DELAY_MS);
    }
  }

  private retry(what: CallQuery, id: string): void {
    const name = `${what} ${id}`;
    const count = this.retries.get(name) ?? 0;
    this.retries.set(name, count + 1);
    this.schedule.after(callKeys[what](id), retryDelay(count));
  }

  /** Plans another request for shown data after a failed one: no later event may ask for it. */
  private onQueryEvent(event: QueryCacheNotifyEvent): void {
    if (event.type !== "updated") return;
    const { action, query } = event;
    if (action.type === "success") this.failures.delete(query.queryHash);
    if (action.type !== "error" || query.state.data === undefined || !query.isActive()) return;
    const problem = action.error instanceof ApiProblem ? action.error : null;
    if (problem && !problem.isTransient) return;
    const count = this.failures.get(query.queryHash) ?? 0;
    this.failures.set(query.queryHash, count + 1);
    this.schedule.after(query.queryKey, Math.max(retryDelay(count), (problem?.retryAfter ?? 0) * 1_000));
  }
}

/** The delay before the next request after this many earlier retries, in milliseconds. */
function retryDelay(count: number): number {
  return Math.min(MAX_RETRY_DELAY_MS, RETRY_DELAY_MS * 2 ** count);
}

const OF_CLIENT = new WeakMap<QueryClient, QueryUpdates>();

/** The updates of this client's queries. */
export function queryUpdates(client: QueryClient): QueryUpdates {
  const known = OF_CLIENT.get(client);
  if (known) return known;
  const created = new QueryUpdates(client);
  OF_CLIENT.set(client, created);
  return created;
}
