import { api } from "../api/client";

/** An action of the user on a live call. */
export type CallAction =
  | { do: "listen" }
  | { do: "stop_listening" }
  | { do: "take_over"; user?: string }
  | { do: "answer"; answer: "accept" | "decline" }
  | { do: "hold" }
  | { do: "resume" }
  | { do: "transfer"; to: string }
  | { do: "hang_up" };

/** Whether the service calls the user's own phone after this action. */
export function ringsOwnPhone(action: CallAction): boolean {
  switch (action.do) {
    case "listen":
      return true;
    case "take_over":
      return action.user === undefined;
    case "answer":
      return action.answer === "accept";
    default:
      return false;
  }
}

/** Sends an action on a live call. */
export function performCallAction(callId: string, action: CallAction) {
  const params = { path: { id: callId } };
  switch (action.do) {
    case "listen":
      return api.POST("/api/active-calls/{id}/monitor", { params, body: { mode: "listen" } });
    case "stop_listening":
      return api.DELETE("/api/active-calls/{id}/monitor", { params });
    case "take_over":
      return api.POST("/api/active-calls/{id}/monitor", {
        params,
        body: { mode: "take_over", user: action.user },
      });
    case "answer":
      return api.POST("/api/active-calls/{id}/agent-response", { params, body: { answer: action.answer } });
    case "hold":
      return api.POST("/api/active-calls/{id}/hold", { params });
    case "resume":
      return api.POST("/api/active-calls/{id}/resume", { params });
    case "transfer":
      return api.POST("/api/active-calls/{id}/transfer", { params, body: { to: action.to } });
    case "hang_up":
      return api.POST("/api/active-calls/{id}/hangup", { params });
  }
}
