import { keepPreviousData, type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { CallPage } from "../../api/types";
import { type CallsSearch, callsQuery } from "./search";

/** Calls of a page. */
export const PAGE_SIZE = 50;
/** A search looks through so many calls at a time: an empty page may have more behind it. It goes on by itself so often. */
const MOST_REQUESTS = 4;

/** A page of calls. A search's pages are filled up, for as long as that does not take too many requests. */
async function page(search: CallsSearch, signal: AbortSignal): Promise<CallPage> {
  const query = callsQuery(search);
  const read = (cursor: string | undefined) =>
    body(api.GET("/api/call-logs", { params: { query: { ...query, cursor, limit: PAGE_SIZE } }, signal }));
  let result = await read(search.cursor);
  for (let request = 1; request < MOST_REQUESTS; request += 1) {
    if (result.calls.length >= PAGE_SIZE / 2 || !result.next_cursor) break;
    const more = await read(result.next_cursor);
    result = { ...more, calls: [...result.calls, ...more.calls] };
  }
  return result;
}

export function callsOptions(search: CallsSearch) {
  return queryOptions({
    queryKey: ["calls", search],
    queryFn: ({ signal }) => page(search, signal),
  });
}

export function useCalls(search: CallsSearch) {
  return useQuery({ ...callsOptions(search), placeholderData: keepPreviousData });
}

/** Asks for calls that are about to be shown: the answer is on its way while the page makes ready for it. */
export function ask(client: QueryClient, search: CallsSearch): void {
  void client.prefetchQuery(callsOptions(search));
}

/** Reads the page behind this one before anybody asks for it. */
export function readAhead(client: QueryClient, search: CallsSearch, next: string | null | undefined): void {
  if (next) void client.prefetchQuery({ ...callsOptions({ ...search, cursor: next }), staleTime: 30_000 });
}
