import { mutationOptions } from "@tanstack/react-query";
import { api, writeResponse } from "../api/client";

/**
 * Sends DTMF digits into a call, one request at a time: concurrent requests could arrive in another order than the keys were
 * pressed.
 */
export const digitsOptions = (callId: string) =>
  mutationOptions({
    mutationKey: ["digits", callId],
    scope: { id: `digits ${callId}` },
    mutationFn: (digits: string) =>
      writeResponse(
        api.POST("/api/active-calls/{id}/digits", { params: { path: { id: callId } }, body: { digits } }),
      ),
  });
