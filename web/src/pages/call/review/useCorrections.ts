import { api } from "../../../api/client";
import { useCallWrite } from "../useCallWrite";

export interface NewCorrection {
  note: string;
  /** The turn that it is about; the whole call, if absent. */
  turn?: number;
}

export function useNoteCorrection(callId: string) {
  return useCallWrite<NewCorrection>(callId, {
    failure: "The correction was not saved",
    send: (correction) =>
      api.POST("/api/call-logs/{id}/corrections", { params: { path: { id: callId } }, body: correction }),
  });
}

export function useWithdrawCorrection(callId: string) {
  return useCallWrite<number>(callId, {
    failure: "The correction was not taken back",
    send: (correction) =>
      api.DELETE("/api/call-logs/{id}/corrections/{correction}", {
        params: { path: { id: callId, correction } },
      }),
    expect: (call, wanted) => ({
      ...call,
      corrections: call.corrections.map((one) =>
        one.correction === wanted ? { ...one, withdrawn: true } : one,
      ),
    }),
  });
}
