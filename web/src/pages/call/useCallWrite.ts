import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type WriteResponse, writeResponse } from "../../api/client";
import type { CallDetail } from "../../api/types";
import { notifyError } from "../../components/notify";
import { useWaitForPosition } from "../../feed/FeedProvider";
import { callKeys, queryUpdates } from "../../feed/QueryUpdates";
import { detailOptions } from "./useCall";

interface Write<V> {
  /** The title of the error message, such as "Grade not saved". */
  failure: string;
  send: (change: V) => Promise<{ data?: CallDetail; response: Response }>;
  /** The expected result, shown at once and rolled back on an error. */
  expect?: (call: CallDetail, change: V) => CallDetail;
}

interface Context {
  before: CallDetail | undefined;
  /** Whether the call was about to be fetched again: the write cancels the request. */
  isOutdated: boolean;
}

/**
 * Writes to a call, optimistically if `expect` is given. The feed delivers the events of the write, which update the call;
 * without the feed, the call is fetched again.
 */
export function useCallWrite<V>(id: string, { failure, send, expect }: Write<V>) {
  const client = useQueryClient();
  const reached = useWaitForPosition();
  const { queryKey } = detailOptions(id);
  return useMutation<WriteResponse<CallDetail>, Error, V, Context>({
    mutationFn: (change) => writeResponse(send(change)),
    onMutate: async (change) => {
      const state = client.getQueryState(queryKey);
      const isOutdated = state?.fetchStatus === "fetching" || state?.isInvalidated === true;
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      if (before && expect) client.setQueryData(queryKey, expect(before, change));
      return { before, isOutdated };
    },
    onError: (error, _change, context) => {
      if (context?.before) client.setQueryData(queryKey, context.before);
      notifyError(failure, error);
    },
    onSuccess: async ({ body, position }, _change, context) => {
      if (!expect && position !== null) {
        // Completed from before the write, for the case that the service answered from a read model that lags.
        client.setQueryData(queryKey, queryUpdates(client).completeDetail(id, body, position - 1));
      }
      if ((await reached(position)) && !context.isOutdated) return;
      await client.invalidateQueries({ queryKey: callKeys.all(id) });
    },
  });
}
