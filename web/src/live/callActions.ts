import { api } from "../api/client";

/** What a person can do to a call that goes on. */
export type CallAction =
  | { do: "listen" }
  | { do: "stop_listening" }
  | { do: "take_over"; user?: string }
  | { do: "answer"; answer: "accept" | "decline" }
  | { do: "hold" }
  | { do: "resume" }
  | { do: "transfer"; to: string }
  | { do: "hang_up" };

/** Whether the service calls our own telephone after this order. */
export function ringsUs(order: CallAction): boolean {
  switch (order.do) {
    case "listen":
      return true;
    case "take_over":
      return order.user === undefined;
    case "answer":
      return order.answer === "accept";
    default:
      return false;
  }
}

/** Gives an order about a live call. */
export function give(callId: string, order: CallAction) {
  const params = { path: { id: callId } };
  switch (order.do) {
    case "listen":
      return api.POST("/api/active-calls/{id}/monitor", { params, body: { mode: "listen" } });
    case "stop_listening":
      return api.DELETE("/api/active-calls/{id}/monitor", { params });
    case "take_over":
      return api.POST("/api/active-calls/{id}/monitor", {
        params,
        body: { mode: "take_over", user: order.user },
      });
    case "answer":
      return api.POST("/api/active-calls/{id}/agent-response", { params, body: { answer: order.answer } });
    case "hold":
      return api.POST("/api/active-calls/{id}/hold", { params });
    case "resume":
      return api.POST("/api/active-calls/{id}/resume", { params });
    case "transfer":
      return api.POST("/api/active-calls/{id}/transfer", { params, body: { to: order.to } });
    case "hang_up":
      return api.POST("/api/active-calls/{id}/hangup", { params });
  }
}
