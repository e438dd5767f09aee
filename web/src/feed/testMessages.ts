import type { ActiveCall, CallEventData, CallEventType, HistoryEvent } from "../api/types";
import { NO_PARTICIPANTS } from "../live/participants";
import type { CallMessage, CallMessageOf } from "./messages";

/** The fields of a message around the event, for tests. */
const RECORD = {
  version: 1,
  position: 1,
  recorded_at: "2026-01-01T10:00:00.000000Z",
  actor: "twilio",
  correlation_id: "request",
  causation: null,
  endpoint: null,
  at: "2026-01-01T10:00:00.000000Z",
};

interface About extends Partial<typeof RECORD> {
  callId?: string;
}

/** A message of the feed, for tests; fields of the payload that do not matter to a test may be left out. */
export function callMessage<T extends CallEventType>(
  type: T,
  data: Partial<CallEventData<T>> = {},
  { callId = "CA1", ...about }: About = {},
): CallMessage {
  const stream = { type: "call", id: callId } as const;
  const message = { ...RECORD, ...about, type, data: { at: RECORD.at, ...data }, call_id: callId, stream };
  return message as unknown as CallMessageOf<T>;
}

/** An event of a call's history, for tests. */
export function historyEvent<T extends CallEventType>(
  type: T,
  data: Partial<CallEventData<T>> = {},
  about: Partial<typeof RECORD> = {},
): HistoryEvent {
  return { ...RECORD, ...about, type, data: { at: RECORD.at, ...data } } as unknown as HistoryEvent;
}

/** An active call as the service lists it, for tests. */
export function activeCall(callId = "CA1", change: Partial<ActiveCall> = {}): ActiveCall {
  return {
    call_id: callId,
    status: "in_progress",
    holder: "ai",
    transferring: false,
    escalated: false,
    emergency: false,
    start_reported: true,
    caller_number_edited: false,
    caller_name_edited: false,
    started_at: "2026-01-01T10:00:00Z",
    listeners: [],
    takeover_requests: [],
    takeovers_accepted: [],
    participants: NO_PARTICIPANTS,
    turns: [],
    ...change,
  };
}
