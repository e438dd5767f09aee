import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Written, written } from "../../api/client";
import type { CallDetail } from "../../api/types";
import { tellProblem } from "../../components/notify";
import { useReached } from "../../feed/FeedProvider";
import { callKey, detailOptions } from "./useCall";

interface Write<V> {
  /** What could not be done, should it fail: "The grade was not saved". */
  failure: string;
  send: (wish: V) => Promise<{ data?: CallDetail; response: Response }>;
  /** The call as it will be; shown at once, and taken back if the service refuses. */
  expect?: (call: CallDetail, wish: V) => CallDetail;
}

/**
 * A change of a call. It is shown at once, where it can be known what it will be; the service's own word replaces it once
 * the feed has told the write's events.
 */
export function useCallWrite<V>(id: string, { failure, send, expect }: Write<V>) {
  const client = useQueryClient();
  const reached = useReached();
  const { queryKey } = detailOptions(id);
  return useMutation<Written<CallDetail>, Error, V, { before: CallDetail | undefined }>({
    mutationFn: (wish) => written(send(wish)),
    onMutate: async (wish) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      if (before && expect) client.setQueryData(queryKey, expect(before, wish));
      return { before };
    },
    onError: (error, _wish, context) => {
      if (context?.before) client.setQueryData(queryKey, context.before);
      tellProblem(failure, error);
    },
    onSuccess: async ({ body, position }) => {
      if (!expect) client.setQueryData(queryKey, body);
      await reached(position);
      await client.invalidateQueries({ queryKey: callKey(id) });
    },
  });
}
