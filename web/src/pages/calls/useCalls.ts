import { keepPreviousData, type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { CallPage } from "../../api/types";
import type { CallsSearch } from "./search";

/** Calls per page. */
export const PAGE_SIZE = 50;
/**
 * Requests per page. A search scans a limited number of calls per request, so a short page may have more matches after it.
 */
const MAX_REQUESTS_PER_PAGE = 4;

/** Loads a page of calls; fills short search pages with up to `MAX_REQUESTS_PER_PAGE` requests. */
async function page(search: CallsSearch, signal: AbortSignal): Promise<CallPage> {
  const read = (cursor: string | undefined) =>
    body(api.GET("/api/call-logs", { params: { query: { ...search, cursor, limit: PAGE_SIZE } }, signal }));
  let result = await read(search.cursor);
  for (let request = 1; request < MAX_REQUESTS_PER_PAGE; request += 1) {
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

/** Starts loading calls before the navigation that shows them. */
export function prefetch(client: QueryClient, search: CallsSearch): void {
  void client.prefetchQuery(callsOptions(search));
}

/** Prefetches the next page. */
export function prefetchNext(
  client: QueryClient,
  search: CallsSearch,
  next: string | null | undefined,
): void {
  if (next) void client.prefetchQuery({ ...callsOptions({ ...search, cursor: next }), staleTime: 30_000 });
}
