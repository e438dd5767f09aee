import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body, type WriteResponse, writeResponse } from "../../api/client";
import type { AgentSettings, AgentView, Hours } from "../../api/types";
import { notifyError, notifySuccess } from "../../components/notify";

export const agentKey = (id: string) => ["agent", id] as const;

export function useAgent(id: string) {
  return useQuery({
    queryKey: agentKey(id),
    queryFn: () => body(api.GET("/api/agents/{id}", { params: { path: { id } } })),
  });
}

/** A write to the agent; the response is the updated agent. */
function useAgentWrite<V>(
  id: string,
  done: string,
  failure: string,
  send: (change: V) => Promise<WriteResponse<AgentView>>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async ({ body }) => {
      client.setQueryData(agentKey(id), body);
      notifySuccess(done);
      await client.invalidateQueries({ queryKey: ["agents"] });
    },
    onError: (error) => notifyError(failure, error),
  });
}

export function useSaveSettings(id: string) {
  return useAgentWrite<AgentSettings>(
    id,
    "Saved. Applies from the next call.",
    "Assistant not saved",
    (settings) =>
      writeResponse(api.PUT("/api/agents/{id}", { params: { path: { id } }, body: { settings } })),
  );
}

export function useSaveHours(id: string) {
  return useAgentWrite<Hours | null>(id, "Opening hours saved.", "Opening hours not saved", (hours) =>
    writeResponse(api.PUT("/api/agents/{id}/hours", { params: { path: { id } }, body: { hours } })),
  );
}

export function useEmergency(id: string) {
  return useAgentWrite<boolean>(
    id,
    "Saved. Applies from the next call.",
    "Emergency closure not changed",
    (closed) =>
      writeResponse(api.PUT("/api/agents/{id}/emergency", { params: { path: { id } }, body: { closed } })),
  );
}

/** Assigns a number to an agent; a null agent unassigns it, so the default agent answers it. */
export function useAssignNumber(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: { number: string; agent: string | null }) =>
      writeResponse(api.PUT("/api/phone-numbers", { body: change })),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: agentKey(id) }),
        client.invalidateQueries({ queryKey: ["agents"] }),
      ]);
    },
    onError: (error) => notifyError("Number not assigned", error),
  });
}
