import { api } from "../../../api/client";
import { useCallWrite } from "../useCallWrite";

export interface NewCorrection {
  note: string;
  /** The corrected turn; undefined for the whole call. */
  turn?: number;
}

export function useNoteCorrection(callId: string) {
  return useCallWrite<NewCorrection>(callId, {
    failure: "Correction not saved",
    send: (correction) =>
      api.POST("/api/call-logs/{id}/corrections", { params: { path: { id: callId } }, body: correction }),
  });
}

export function useWithdrawCorrection(callId: string) {
  return useCallWrite<number>(callId, {
    failure: "Correction not withdrawn",
    send: (correction) =>
      api.DELETE("/api/call-logs/{id}/corrections/{correction}", {
        params: { path: { id: callId, correction } },
      }),
    expect: (call, number) => ({
      ...call,
      corrections: call.corrections.map((one) =>
        one.correction === number ? { ...one, withdrawn: true } : one,
      ),
    }),
  });
}
