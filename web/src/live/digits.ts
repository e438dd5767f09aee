import { mutationOptions } from "@tanstack/react-query";
import { api, writeResponse } from "../api/client";

/**
 * Keypad tones into a call: one request after the other, as requests that go out together may arrive in another order than
 * they were pressed in.
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
