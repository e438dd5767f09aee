import { useMutation, useQueryClient } from "@tanstack/react-query";
import { writeResponse } from "../../api/client";
import type { CallDetail } from "../../api/types";
import { notifyError } from "../../components/notify";
import { useWaitForPosition } from "../../feed/FeedProvider";
import { callWrite } from "./callWrite";

interface Write<V> {
  /** The title of the error message, such as "Grade not saved". */
  failure: string;
  send: (change: V) => Promise<{ data?: CallDetail; response: Response }>;
  /** The expected result, shown at once and rolled back on an error. */
  expect?: (call: CallDetail, change: V) => CallDetail;
}

/**
 * Writes to a call, optimistically if `expect` is given. The feed delivers the events of the write, which update the call;
 * without the feed, the call is fetched again.
 */
export function useCallWrite<V>(id: string, { failure, send, expect }: Write<V>) {
  const client = useQueryClient();
  const reached = useWaitForPosition();
  const write = callWrite<V>(client, id, { send: (change) => writeResponse(send(change)), expect, reached });
  return useMutation({
    ...write,
    onError: (error, ...about) => {
      notifyError(failure, error);
      return write.onError?.(error, ...about);
    },
  });
}
