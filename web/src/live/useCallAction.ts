import { useMutation } from "@tanstack/react-query";
import { writeResponse } from "../api/client";
import { notifyError } from "../components/notify";
import { useDialer } from "../dialer/DialerProvider";
import { useWaitForPosition } from "../feed/FeedProvider";
import { type CallAction, performCallAction, ringsOwnPhone } from "./callActions";
import { digitsOptions } from "./digits";

const FAILURES: Record<CallAction["do"], string> = {
  listen: "Could not listen in",
  stop_listening: "Could not stop listening",
  take_over: "Could not take over the call",
  answer: "Could not send your answer",
  hold: "Could not put the caller on hold",
  resume: "Could not resume the call",
  transfer: "Could not transfer the call",
  hang_up: "Could not hang up",
};

/**
 * Performs actions on a live call; their results arrive on the feed. Some actions make the user's own phone ring: it is
 * prepared before the action is sent, and answers automatically.
 */
export function useCallAction(callId: string) {
  const waitForPosition = useWaitForPosition();
  const { expectCall } = useDialer();
  return useMutation({
    mutationFn: async (action: CallAction) => {
      if (ringsOwnPhone(action)) await expectCall();
      const { position } = await writeResponse<unknown>(performCallAction(callId, action));
      // The button stays busy until the card shows the result.
      await waitForPosition(position);
    },
    onError: (error, action) => notifyError(FAILURES[action.do], error),
  });
}

/** Sends keypad digits into a live call, in the order in which they were pressed. */
export function useSendDigits(callId: string) {
  return useMutation({
    ...digitsOptions(callId),
    onError: (error) => notifyError("Could not send the digits", error),
  });
}
