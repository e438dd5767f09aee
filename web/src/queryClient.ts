import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./api/problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The live feed invalidates stale queries; refocusing the window refetches after this time as well.
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && (!(error instanceof ApiProblem) || error.isTransient),
      retryDelay: (failures, error) =>
        error instanceof ApiProblem && error.retryAfter ? error.retryAfter * 1_000 : 500 * 2 ** failures,
    },
    // A mutation without a connection fails at once instead of being queued: a delayed "hang up" would be wrong.
    mutations: { retry: false, networkMode: "always" },
  },
});
