import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem, unreachable } from "../api/problem";
import type { CallDetail, CallEventType, CallPage, History, Transcript } from "../api/types";
import { type Stale, UPDATES } from "./callUpdates";
import type { CallRecord } from "./messages";
import { callKeys, QueryUpdates } from "./QueryUpdates";
import { callMessage, historyEvent } from "./testMessages";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const DETAIL = {
  call_id: "CA1",
  status: "in_progress",
  call_type: "ai",
  phases: "ai",
  voicemail: false,
  erased: false,
  caller_turns: 0,
  ai_turns: 0,
  participants: [],
  recordings: [],
  corrections: [],
  fields: [],
} as unknown as CallDetail;
const HISTORY: History = { call_id: "CA1", version: 1, events: [historyEvent("CallStarted")] };

/** A page of the call and of every list, and the requests that its updates make. */
function openPages() {
  const client = new QueryClient();
  const updates = new QueryUpdates(client);
  updates.start(0);
  client.setQueryData(callKeys.detail("CA1"), DETAIL);
  client.setQueryData(callKeys.transcript("CA1"), [] as Transcript[]);
  client.setQueryData(callKeys.history("CA1"), HISTORY);
  const requested: string[] = [];
  vi.spyOn(client, "invalidateQueries").mockImplementation(async (filters) => {
    requested.push((filters?.queryKey ?? []).join(" "));
  });
  const detail = () => client.getQueryData<CallDetail>(callKeys.detail("CA1"));
  const history = () => client.getQueryData<History>(callKeys.history("CA1"));
  return { client, updates, requested, detail, history };
}

/** The queries that an event of each type requests with all pages open; the others request none. */
const REQUESTS: Partial<Record<CallEventType, Stale[]>> = {
  CallQueued: ["detail", "calls", "stats", "contacts"],
  QueueCancelled: ["detail", "calls", "stats", "contacts"],
  DialRefused: ["detail", "calls", "stats", "contacts"],
  DialPermitted: ["detail", "calls", "stats", "contacts"],
  CallStarted: ["detail", "calls", "stats", "contacts"],
  CallRinging: ["detail", "calls", "stats", "contacts"],
  CallAnswered: ["detail", "calls", "stats", "contacts"],
  RoutedToVoicemail: ["detail", "calls", "stats"],
  CallEnded: ["detail", "calls", "stats", "contacts"],
  TakenOver: ["calls", "stats"],
  TakeoverFailed: ["calls", "stats"],
  Transferred: ["calls", "stats"],
  ParticipantJoined: ["detail"],
  ParticipantLeft: ["detail"],
  RecordingStarted: ["detail"],
  RecordingPaused: ["detail"],
  RecordingResumed: ["detail"],
  RecordingReady: ["detail", "calls", "stats"],
  RecordingArchived: ["detail", "calls", "stats"],
  RecordingUnavailable: ["detail"],
  TranscriptReady: ["transcript"],
  Graded: ["calls", "stats", "feedback"],
  GradeCleared: ["calls", "stats", "feedback"],
  CorrectionNoted: ["feedback"],
  CorrectionWithdrawn: ["calls", "feedback"],
  Resolved: ["calls", "stats"],
  Reopened: ["calls", "stats"],
  DetailsEdited: ["calls", "contacts"],
  EffectRetryRequested: ["detail"],
  CallHidden: ["calls", "stats", "contacts", "feedback"],
  CallErased: ["detail", "transcript", "history", "calls", "stats", "contacts", "feedback"],
};

/** The lists that an event of each type requests once it is quiet, because it changes rows of them. */
const REQUESTS_WHEN_QUIET: Partial<Record<CallEventType, Stale[]>> = {
  EscalationTriggered: ["calls"],
  DoNotCallRequested: ["calls"],
  CallSummarized: ["calls"],
  CorrectionNoted: ["calls"],
};

const keyOf = (what: Stale) =>
  what === "detail" || what === "transcript" || what === "history" ? `call CA1 ${what}` : what;

describe("an event requests only what it changes and the page cannot derive", () => {
  it.each(Object.keys(UPDATES) as CallEventType[])("%s", (type) => {
    const { updates, requested } = openPages();
    updates.apply(callMessage(type, {}, { version: 2, position: 2 }));
    vi.advanceTimersByTime(4_000);
    const requests = REQUESTS[type] ?? [];
    expect(requested.splice(0).sort()).toEqual(requests.map(keyOf).sort());
    vi.advanceTimersByTime(60_000);
    const lists = requests.map(keyOf).filter((key) => !key.startsWith("call CA1"));
    expect(requested.sort()).toEqual([...lists, ...(REQUESTS_WHEN_QUIET[type] ?? [])].sort());
  });
  it("is everything for an event that the service cannot read, and for a type of a newer service", () => {
    const all = (REQUESTS.CallErased ?? []).map(keyOf).sort();
    const known = callMessage("AiTurn", {}, { version: 2, position: 2 });
    for (const event of [
      { ...known, data: { unreadable: "a newer version" } },
      { ...known, type: "SomethingNew" },
    ]) {
      const { updates, requested } = openPages();
      updates.apply(event as CallRecord);
      vi.advanceTimersByTime(4_000);
      expect(requested.sort()).toEqual(all);
    }
  });
});

it("a burst of events requests each query once, and lists once more when it is quiet", () => {
  const { updates, requested } = openPages();
  for (let n = 2; n < 52; n += 1) updates.apply(callMessage("CallAnswered", {}, { version: n, position: n }));
  vi.advanceTimersByTime(4_000);
  expect(requested.splice(0).sort()).toEqual(["call CA1 detail", "calls", "contacts", "stats"]);
  vi.advanceTimersByTime(60_000);
  expect(requested.sort()).toEqual(["calls", "contacts", "stats"]);
});

it("a turn is shown at once, in the history, the transcript and the figures", () => {
  const { client, updates, detail, history } = openPages();
  const data = { turn: 1, text: "Hello", persona_version: 2, latency_ms: 300 };
  updates.apply(callMessage("AiTurn", data, { version: 2, position: 2 }));
  expect(history()?.version).toBe(2);
  expect(history()?.events.at(-1)).toMatchObject({ version: 2, type: "AiTurn" });
  expect(detail()).toMatchObject({ ai_turns: 1, latency_avg_ms: 300, persona_version: 2 });
  const transcripts = client.getQueryData<Transcript[]>(callKeys.transcript("CA1"));
  expect(transcripts?.[0]?.segments.map(({ text }) => text)).toEqual(["Hello"]);
});

it("a list that was answered before an event, and arrives after it, is corrected when it is quiet", () => {
  const { client, updates, requested } = openPages();
  const rows = (fields: Partial<CallDetail>) =>
    ({ calls: [{ call_id: "CA1", status: "completed", ...fields }], counts: {} }) as unknown as CallPage;
  client.setQueryData(["calls", {}], rows({ summary: null }));
  updates.apply(callMessage("CallSummarized", { summary: "Wants a call" }, { version: 2, position: 2 }));
  expect(client.getQueryData<CallPage>(["calls", {}])?.calls[0]?.summary).toBe("Wants a call");
  client.setQueryData(["calls", {}], rows({ summary: null }));
  updates.apply(callMessage("EscalationTriggered", {}, { version: 3, position: 3 }));
  vi.advanceTimersByTime(4_999);
  expect(requested).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(requested).toEqual(["calls"]);
});

describe("lists are requested when it is quiet after a turn or a transcript that changes a shown column", () => {
  it.each([
    ["AiTurn", {}, { status: "ringing", phases: "" }, true],
    ["AiTurn", {}, { status: "in_progress", phases: "" }, false],
    ["TranscriptReady", { phase: "voicemail" }, { status: "completed", phases: "", voicemail: false }, true],
    ["TranscriptReady", { phase: "voicemail" }, { status: "completed", phases: "", voicemail: true }, false],
  ] as const)("%s %o %o", (type, data, row, isRequested) => {
    const { client, updates, requested } = openPages();
    client.setQueryData(["calls", {}], { calls: [{ call_id: "CA1", ...row }], counts: {} });
    updates.apply(callMessage(type, data as object, { version: 2, position: 2 }));
    vi.advanceTimersByTime(60_000);
    const lists = requested.filter((key) => !key.startsWith("call CA1"));
    expect(lists).toEqual(isRequested ? ["calls", "stats"] : []);
  });
});

it("a turn without the history requests the details", () => {
  const { client, updates, requested } = openPages();
  client.removeQueries({ queryKey: callKeys.history("CA1") });
  updates.apply(callMessage("AiTurn", { turn: 1 }, { version: 2, position: 2 }));
  vi.advanceTimersByTime(4_000);
  expect(requested).toEqual(["call CA1 detail"]);
});

it("an event after a gap in the history requests the history", () => {
  const { updates, requested, history } = openPages();
  updates.apply(callMessage("SilencePrompted", {}, { version: 3, position: 9 }));
  vi.advanceTimersByTime(4_000);
  expect(requested).toEqual(["call CA1 history"]);
  expect(history()?.version).toBe(1);
});

describe("an answer", () => {
  const graded = (position: number) =>
    callMessage("Graded", { grade: "good", by: "u" }, { version: position, position });

  it("from a position before an event is completed with it", () => {
    const { updates, requested } = openPages();
    updates.apply(graded(7));
    requested.length = 0;
    expect(updates.completeDetail("CA1", DETAIL, 6).grade).toBe("good");
    expect(updates.completeDetail("CA1", DETAIL, 7).grade).toBeUndefined();
  });

  it("that lacks an event which cannot be applied is requested again, less and less often", () => {
    const { updates, requested } = openPages();
    updates.apply(callMessage("CallEnded", {}, { version: 2, position: 7 }));
    vi.advanceTimersByTime(20_000);
    requested.length = 0;
    updates.completeDetail("CA1", DETAIL, 6);
    vi.advanceTimersByTime(1_000);
    updates.completeDetail("CA1", DETAIL, 6);
    vi.advanceTimersByTime(1_500);
    expect(requested).toEqual(["call CA1 detail"]);
    vi.advanceTimersByTime(500);
    expect(requested).toEqual(["call CA1 detail", "call CA1 detail"]);
    updates.completeDetail("CA1", DETAIL, 7);
    vi.advanceTimersByTime(60_000);
    expect(requested).toHaveLength(2);
  });

  it("from before the start of the feed is requested again", () => {
    const { updates, requested } = openPages();
    updates.start(100);
    updates.completeTranscripts("CA1", [], 99);
    vi.advanceTimersByTime(1_000);
    expect(requested).toEqual(["call CA1 transcript"]);
    updates.completeTranscripts("CA1", [], 100);
    vi.advanceTimersByTime(60_000);
    expect(requested).toHaveLength(1);
  });

  it("is left as it is while there is no feed, and requested again if the feed starts after it", () => {
    const client = new QueryClient();
    const updates = new QueryUpdates(client);
    const requested: string[] = [];
    vi.spyOn(client, "invalidateQueries").mockImplementation(async (filters) => {
      requested.push((filters?.queryKey ?? []).join(" "));
    });
    expect(updates.completeDetail("CA1", DETAIL, 6)).toBe(DETAIL);
    updates.completeTranscripts("CA1", [], 7);
    updates.start(7);
    vi.advanceTimersByTime(60_000);
    expect(requested).toEqual(["call CA1 detail"]);
  });

  it("that is invalidated and not shown stays so until it is requested", async () => {
    const { client, updates } = openPages();
    vi.mocked(client.invalidateQueries).mockRestore();
    await client.invalidateQueries({ queryKey: callKeys.detail("CA1") });
    updates.apply(graded(2));
    expect(client.getQueryState(callKeys.detail("CA1"))?.isInvalidated).toBe(true);
  });

  it("with a history is completed by the numbers of the events", () => {
    const { updates } = openPages();
    for (const version of [1, 2, 3]) {
      updates.apply(callMessage("SilencePrompted", {}, { version, position: version + 10 }));
    }
    const completed = updates.completeHistory({ ...HISTORY, version: 2, events: [] });
    expect([completed.version, completed.events.map(({ version }) => version)]).toEqual([3, [3]]);
  });
});

describe("a shown query whose request failed", () => {
  /** A shown list or transcript with data; each request for new data fails with the error until it is removed. */
  async function show(queryKey: readonly string[], error: Error | null) {
    const client = new QueryClient();
    const updates = new QueryUpdates(client);
    updates.start(0);
    client.setQueryData(queryKey, []);
    const service = { error, requests: 0 };
    const queryFn = async () => {
      service.requests += 1;
      if (service.error) throw service.error;
      return [];
    };
    const observer = new QueryObserver(client, { queryKey, queryFn, retry: false, staleTime: 60_000 });
    const hide = observer.subscribe(() => {});
    await client.invalidateQueries({ queryKey });
    expect(service.requests).toBe(1);
    return { client, updates, service, hide };
  }
  const isInvalidated = (client: QueryClient, queryKey: readonly string[]) =>
    client.getQueryState(queryKey)?.isInvalidated;

  it("is requested after the next event, which would be lost otherwise", async () => {
    const key = callKeys.transcript("CA1");
    const { client, updates, service } = await show(key, unreachable());
    service.error = null;
    updates.apply(callMessage("CallerTurn", { turn: 1, text: "Hello" }, { version: 2, position: 2 }));
    await vi.advanceTimersByTimeAsync(400);
    expect(service.requests).toBe(2);
    expect(isInvalidated(client, key)).toBe(false);
  });

  it("is requested after the next event also if the failure is not worth a retry", async () => {
    const key = callKeys.transcript("CA1");
    const problem = new ApiProblem({ kind: "not-found", status: 404, title: "Not found" });
    const { updates, service } = await show(key, problem);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(service.requests).toBe(1);
    updates.apply(callMessage("CallerTurn", { turn: 1, text: "Hello" }, { version: 2, position: 2 }));
    await vi.advanceTimersByTimeAsync(400);
    expect(service.requests).toBe(2);
  });

  it.each([[callKeys.detail("CA1")], [["calls"]]])("is requested again without an event: %s", async (key) => {
    const { client, service } = await show(key, unreachable());
    const requestsAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
      return service.requests;
    };
    expect([
      await requestsAfter(999),
      await requestsAfter(1),
      await requestsAfter(1_999),
      await requestsAfter(1),
    ]).toEqual([1, 2, 2, 3]);
    service.error = null;
    expect(await requestsAfter(4_000)).toBe(4);
    expect(isInvalidated(client, key)).toBe(false);
    expect(await requestsAfter(60_000)).toBe(4);
    service.error = unreachable();
    await client.invalidateQueries({ queryKey: key });
    expect(await requestsAfter(1_000)).toBe(6);
  });

  it("is not requested again before the service permits it", async () => {
    const busy = new ApiProblem({ kind: "busy", status: 429, title: "Busy", retryAfter: 20 });
    const { service } = await show(["calls"], busy);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(service.requests).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(service.requests).toBe(2);
  });

  it("is not requested again when it is no longer shown, or the feed has stopped", async () => {
    const hidden = await show(callKeys.detail("CA1"), unreachable());
    hidden.hide();
    const stopped = await show(callKeys.detail("CA1"), unreachable());
    stopped.updates.stop();
    await stopped.client.invalidateQueries({ queryKey: callKeys.detail("CA1") });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([hidden.service.requests, stopped.service.requests]).toEqual([1, 2]);
  });
});
