import { useMutation } from "@tanstack/react-query";
import { written } from "../api/client";
import { tellProblem } from "../components/notify";
import { useReached } from "../feed/FeedProvider";
import { give, type Order } from "./orders";

const FAILURES: Record<Order["do"], string> = {
  listen: "You cannot listen in",
  stop_listening: "You are still listening in",
  take_over: "The call was not taken over",
  answer: "Your answer did not arrive",
  hold: "The caller is not on hold",
  resume: "The caller is still on hold",
  transfer: "The call was not transferred",
  digits: "The digits were not sent",
  hang_up: "The call goes on",
};

/** Gives orders about a live call. What they come to is heard on the feed, as everybody hears it. */
export function useOrder(callId: string) {
  const reached = useReached();
  return useMutation({
    mutationFn: async (order: Order) => {
      const { position } = await written<unknown>(give(callId, order));
      // The button stays busy until the card shows what it did.
      await reached(position);
    },
    onError: (error, order) => tellProblem(FAILURES[order.do], error),
  });
}
