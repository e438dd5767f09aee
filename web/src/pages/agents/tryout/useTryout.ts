import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { api, body } from "../../../api/client";
import { useFeedReader } from "../../../feed/FeedProvider";
import { type CallRecord, type FeedMessage, isOfCall } from "../../../feed/messages";
import { type LineState, TextLine } from "../../../telephone/TextLine";

interface Placed {
  callId: string;
  line: TextLine;
}

/** State of a test call; `error` says why the call could not be placed. */
export interface Tryout {
  isPlacing: boolean;
  error: unknown;
  callId: string | null;
  line: TextLine | null;
  state: LineState | null;
  events: readonly CallRecord[];
  start: () => void;
}

const NO_STATE = () => null;
const NO_SUBSCRIPTION = () => () => {};

/** Places a typed call to the agent and collects its events. */
export function useTryout(agentId: string): Tryout {
  const [isPlacing, setPlacing] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [placed, setPlaced] = useState<Placed | null>(null);
  const [events, setEvents] = useState<readonly CallRecord[]>([]);
  /** All events while the request is pending: the call's first events may arrive before the response with its ID. */
  const pending = useRef<CallRecord[] | null>(null);
  const callId = useRef<string | null>(null);
  const isMounted = useRef(true);

  const read = useCallback((message: FeedMessage) => {
    if (!isOfCall(message)) return;
    pending.current?.push(message);
    if (message.call_id === callId.current) setEvents((known) => [...known, message]);
  }, []);
  useFeedReader(read);

  const line = placed?.line ?? null;
  const state = useSyncExternalStore(line?.watch ?? NO_SUBSCRIPTION, line?.current ?? NO_STATE);

  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  useEffect(() => {
    if (!line) return;
    // Leaving the page hangs up.
    const leave = () => line.close();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [line]);

  const reset = () => {
    setPlaced(null);
    setEvents([]);
    setError(null);
    callId.current = null;
  };
  const start = async () => {
    reset();
    setPlacing(true);
    pending.current = [];
    try {
      const params = { path: { id: agentId } };
      const call = await body(api.POST("/api/agents/{id}/test-calls", { params }));
      const opened = new TextLine(call.line);
      if (!isMounted.current) return opened.close();
      callId.current = call.call_id;
      setEvents(pending.current.filter((event) => event.call_id === call.call_id));
      setPlaced({ callId: call.call_id, line: opened });
    } catch (problem) {
      setError(problem);
    } finally {
      pending.current = null;
      setPlacing(false);
    }
  };
  return {
    isPlacing,
    error,
    callId: placed?.callId ?? null,
    line,
    state,
    events,
    start: () => void start(),
  };
}
