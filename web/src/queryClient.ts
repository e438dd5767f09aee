import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./api/problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The live feed says what became stale; a window that comes back asks again all the same.
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && (!(error instanceof ApiProblem) || error.isPassing),
      retryDelay: (failures, error) =>
        error instanceof ApiProblem && error.retryAfter ? error.retryAfter * 1_000 : 500 * 2 ** failures,
    },
    // What is ordered while nobody can be reached fails at once: to hang up a minute later is another wish.
    mutations: { retry: false, networkMode: "always" },
  },
});
