import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type WriteResponse, writeResponse } from "../../api/client";
import type { CallDetail } from "../../api/types";
import { notifyError } from "../../components/notify";
import { useWaitForPosition } from "../../feed/FeedProvider";
import { callKey, detailOptions } from "./useCall";

interface Write<V> {
  /** The title of the error message, such as "Grade not saved". */
  failure: string;
  send: (change: V) => Promise<{ data?: CallDetail; response: Response }>;
  /** The expected result, shown at once and rolled back on an error. */
  expect?: (call: CallDetail, change: V) => CallDetail;
}

/**
 * Writes to a call, optimistically if `expect` is given. The call is fetched again once the feed has delivered the events
 * of the write.
 */
export function useCallWrite<V>(id: string, { failure, send, expect }: Write<V>) {
  const client = useQueryClient();
  const reached = useWaitForPosition();
  const { queryKey } = detailOptions(id);
  return useMutation<WriteResponse<CallDetail>, Error, V, { before: CallDetail | undefined }>({
    mutationFn: (change) => writeResponse(send(change)),
    onMutate: async (change) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      if (before && expect) client.setQueryData(queryKey, expect(before, change));
      return { before };
    },
    onError: (error, _change, context) => {
      if (context?.before) client.setQueryData(queryKey, context.before);
      notifyError(failure, error);
    },
    onSuccess: async ({ body, position }) => {
      if (!expect) client.setQueryData(queryKey, body);
      await reached(position);
      await client.invalidateQueries({ queryKey: callKey(id) });
    },
  });
}
