import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { api, body } from "../../../api/client";
import { useFeedReader } from "../../../feed/FeedProvider";
import { type EventMessage, type FeedMessage, isEvent } from "../../../feed/messages";
import { type LineState, TypedLine } from "../../../telephone/TypedLine";

interface Placed {
  callId: string;
  line: TypedLine;
}

/** How far a try has come; `error` is why no call came about. */
export interface Tryout {
  isPlacing: boolean;
  error: unknown;
  callId: string | null;
  line: TypedLine | null;
  state: LineState | null;
  events: readonly EventMessage[];
  begin: () => void;
}

const NOTHING = () => null;
const NOBODY = () => () => {};

/** A call to the agent for which one types, and its events as they arrive. */
export function useTryout(agentId: string): Tryout {
  const [isPlacing, setPlacing] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [placed, setPlaced] = useState<Placed | null>(null);
  const [events, setEvents] = useState<readonly EventMessage[]>([]);
  /** While the call is asked for, everything that happens: its first events may be quicker than the answer that names it. */
  const heard = useRef<EventMessage[] | null>(null);
  const callId = useRef<string | null>(null);
  const isThere = useRef(true);

  const read = useCallback((message: FeedMessage) => {
    if (!isEvent(message) || message.call_id === null) return;
    heard.current?.push(message);
    if (message.call_id === callId.current) setEvents((known) => [...known, message]);
  }, []);
  useFeedReader(read);

  const line = placed?.line ?? null;
  const state = useSyncExternalStore(line?.watch ?? NOBODY, line?.current ?? NOTHING);

  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);
  useEffect(() => {
    if (!line) return;
    // Whoever goes elsewhere puts the receiver down.
    const leave = () => line.leave();
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
  const begin = async () => {
    reset();
    setPlacing(true);
    heard.current = [];
    try {
      const params = { path: { id: agentId } };
      const call = await body(api.POST("/api/agents/{id}/test-calls", { params }));
      const opened = new TypedLine(call.line);
      if (!isThere.current) return opened.leave();
      callId.current = call.call_id;
      setEvents(heard.current.filter((event) => event.call_id === call.call_id));
      setPlaced({ callId: call.call_id, line: opened });
    } catch (problem) {
      setError(problem);
    } finally {
      heard.current = null;
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
    begin: () => void begin(),
  };
}
