import type { MutationObserverOptions, QueryClient } from "@tanstack/react-query";
import type { WriteResponse } from "../../api/client";
import type { CallDetail } from "../../api/types";
import { callKeys } from "../../feed/QueryUpdates";

interface Write<V> {
  send: (change: V) => Promise<WriteResponse<CallDetail>>;
  /** The expected result, shown at once and rolled back on an error. */
  expect?: (call: CallDetail, change: V) => CallDetail;
  /** Waits until the feed has delivered the events up to a position; with whether it has. */
  reached: (position: number | null) => Promise<boolean>;
}

interface Context {
  before: CallDetail | undefined;
  /** Whether the call was about to be fetched again: the write cancels the request. */
  isOutdated: boolean;
}

/**
 * A write to a call: what it changes in the cached details, and when they are fetched. Its response is not shown: a read model
 * that lags may lack events in it that are already shown.
 */
export function callWrite<V>(
  client: QueryClient,
  id: string,
  { send, expect, reached }: Write<V>,
): MutationObserverOptions<WriteResponse<CallDetail>, Error, V, Context> {
  const queryKey = callKeys.detail(id);
  return {
    mutationFn: send,
    onMutate: async (change) => {
      // Without an expected result, a request on its way is not disturbed: its answer is completed with the write's events.
      if (!expect) return { before: undefined, isOutdated: false };
      const state = client.getQueryState(queryKey);
      const isOutdated = state?.fetchStatus === "fetching" || state?.isInvalidated === true;
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData<CallDetail>(queryKey);
      if (before) client.setQueryData(queryKey, expect(before, change));
      return { before, isOutdated };
    },
    onError: (_error, _change, context) => {
      if (context?.before) client.setQueryData(queryKey, context.before);
      // The details from before lack the events since, and the answer of a cancelled request.
      void client.invalidateQueries({ queryKey });
    },
    onSuccess: async ({ position }, _change, { isOutdated }) => {
      if ((await reached(position)) && !isOutdated) return;
      await client.invalidateQueries({ queryKey: callKeys.all(id) });
    },
  };
}
