import { isUnreadable } from "../api/events";
import type { CallDetail, CallView, History, HistoryEvent, Transcript } from "../api/types";
import { type CallFields, EVERYTHING, type Stale, UPDATES } from "./callUpdates";
import type { CallRecord } from "./messages";

/** The updates of every type take data of different types; an event is only passed to that of its own type. */
interface AnyUpdate {
  fields?: (call: CallFields, data: unknown, at: string) => Partial<CallView>;
  detail?: (
    call: CallDetail,
    data: unknown,
    at: string,
    events: readonly HistoryEvent[] | undefined,
  ) => Partial<CallDetail> | null;
  transcript?: (transcripts: readonly Transcript[], data: unknown) => Transcript[];
  fetch?: readonly Stale[];
  fetchWhenQuiet?: readonly Stale[];
}

/** The update of an event; undefined if it is unreadable, or of a type of a newer service. */
function updateOf(event: CallRecord): AnyUpdate | undefined {
  if (isUnreadable(event)) return undefined;
  return UPDATES[event.type] as AnyUpdate | undefined;
}

/** What has to be fetched after an event. */
export function staleAfter(event: CallRecord): readonly Stale[] {
  const update = updateOf(event);
  return update ? (update.fetch ?? []) : EVERYTHING;
}

/** What has to be fetched once it is quiet after an event. */
export function staleWhenQuiet(event: CallRecord): readonly Stale[] {
  return updateOf(event)?.fetchWhenQuiet ?? [];
}

/** The details after an event; null if they have to be fetched. */
export function applyToDetail(
  call: CallDetail,
  event: CallRecord,
  events: readonly HistoryEvent[] | undefined,
): CallDetail | null {
  const update = updateOf(event);
  // An erased call keeps no personal value that an event still has.
  if (!update || call.erased || update.fetch?.includes("detail")) return null;
  const { at, data } = event;
  const fields = update.fields?.(call, data, at);
  const detail = update.detail?.(call, data, at, events);
  return detail === null ? null : { ...call, ...fields, ...detail };
}

/** The transcripts after an event; null if they have to be fetched. */
export function applyToTranscripts(transcripts: Transcript[], event: CallRecord): Transcript[] | null {
  const update = updateOf(event);
  if (!update || update.fetch?.includes("transcript")) return null;
  return update.transcript ? update.transcript(transcripts, event.data) : transcripts;
}

/** The history with an event added; null if it has to be fetched. */
export function applyToHistory(history: History, event: CallRecord): History | null {
  if (event.version <= history.version) return history;
  if (event.version > history.version + 1 || staleAfter(event).includes("history")) return null;
  const { call_id: _call, stream: _stream, ...added } = event;
  return { ...history, version: event.version, events: [...history.events, added as HistoryEvent] };
}

/** A row of a list after an event: the same row if it shows nothing of the event. */
export function applyToRow<T extends CallFields>(row: T, event: CallRecord): T {
  const update = updateOf(event);
  if (!update?.fields || row.erased) return row;
  const changed = Object.entries(update.fields(row, event.data, event.at)).filter(([name]) => name in row);
  return changed.length > 0 ? { ...row, ...Object.fromEntries(changed) } : row;
}
