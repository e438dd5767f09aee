import { useMutation } from "@tanstack/react-query";
import { written } from "../api/client";
import { tellProblem } from "../components/notify";
import { useDialer } from "../dialer/DialerProvider";
import { useReached } from "../feed/FeedProvider";
import { digitsOptions } from "./digits";
import { give, type Order, ringsUs } from "./orders";

const FAILURES: Record<Order["do"], string> = {
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
export function useOrder(callId: string) {
  const reached = useReached();
  const { expectCall } = useDialer();
  return useMutation({
    mutationFn: async (order: Order) => {
      if (ringsUs(order)) await expectCall();
      const { position } = await written<unknown>(give(callId, order));
      // The button stays busy until the card shows what it did.
      await reached(position);
    },
    onError: (error, order) => tellProblem(FAILURES[order.do], error),
  });
}

/** Presses keys in a live call; they arrive in the order in which they were pressed. */
export function useDigits(callId: string) {
  return useMutation({
    ...digitsOptions(callId),
    onError: (error) => tellProblem("The digits were not sent", error),
  });
}
