import { useMutation } from "@tanstack/react-query";
import { writeResponse } from "../api/client";
import { notifyError } from "../components/notify";
import { useDialer } from "../dialer/DialerProvider";
import { useWaitForPosition } from "../feed/FeedProvider";
import { type CallAction, give, ringsUs } from "./callActions";
import { digitsOptions } from "./digits";

const FAILURES: Record<CallAction["do"], string> = {
  listen: "You cannot listen in",
  stop_listening: "You are still listening in",
  take_over: "The call was not taken over",
  answer: "Your answer did not arrive",
  hold: "The caller is not on hold",
  resume: "The caller is still on hold",
  transfer: "The call was not transferred",
  hang_up: "The call goes on",
};

/**
 * Gives orders about a live call. What they come to is heard on the feed, as everybody hears it. After some of them our own
 * telephone rings: it is ready before the order goes out, and answers by itself.
 */
export function useCallAction(callId: string) {
  const reached = useWaitForPosition();
  const { expectCall } = useDialer();
  return useMutation({
    mutationFn: async (order: CallAction) => {
      if (ringsUs(order)) await expectCall();
      const { position } = await writeResponse<unknown>(give(callId, order));
      // The button stays busy until the card shows what it did.
      await reached(position);
    },
    onError: (error, order) => notifyError(FAILURES[order.do], error),
  });
}

/** Presses keys in a live call; they arrive in the order in which they were pressed. */
export function useSendDigits(callId: string) {
  return useMutation({
    ...digitsOptions(callId),
    onError: (error) => notifyError("The digits were not sent", error),
  });
}
