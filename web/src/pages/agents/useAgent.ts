import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body, type Written, written } from "../../api/client";
import type { AgentSettings, AgentView, Hours } from "../../api/types";
import { tellDone, tellProblem } from "../../components/notify";

export const agentKey = (id: string) => ["agent", id] as const;

export function useAgent(id: string) {
  return useQuery({
    queryKey: agentKey(id),
    queryFn: () => body(api.GET("/api/agents/{id}", { params: { path: { id } } })),
  });
}

/** A change of the agent; the service's answer is the agent as it is then. */
function useAgentWrite<V>(
  id: string,
  done: string,
  failure: string,
  send: (wish: V) => Promise<Written<AgentView>>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async ({ body }) => {
      client.setQueryData(agentKey(id), body);
      tellDone(done);
      await client.invalidateQueries({ queryKey: ["agents"] });
    },
    onError: (error) => tellProblem(failure, error),
  });
}

export function useSaveSettings(id: string) {
  return useAgentWrite<AgentSettings>(
    id,
    "Saved. The next call is answered so.",
    "The agent was not saved",
    (settings) => written(api.PUT("/api/agents/{id}", { params: { path: { id } }, body: { settings } })),
  );
}

export function useSaveHours(id: string) {
  return useAgentWrite<Hours | null>(id, "The hours are saved.", "The hours were not saved", (hours) =>
    written(api.PUT("/api/agents/{id}/hours", { params: { path: { id } }, body: { hours } })),
  );
}

export function useEmergency(id: string) {
  return useAgentWrite<boolean>(
    id,
    "Done. It holds from the next call on.",
    "The switch was not set",
    (closed) =>
      written(api.PUT("/api/agents/{id}/emergency", { params: { path: { id } }, body: { closed } })),
  );
}

/** Gives a number to an agent; without an agent the default one answers it. */
export function useAssignNumber(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: { number: string; agent: string | null }) =>
      written(api.PUT("/api/phone-numbers", { body: wish })),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: agentKey(id) }),
        client.invalidateQueries({ queryKey: ["agents"] }),
      ]);
    },
    onError: (error) => tellProblem("The number was not assigned", error),
  });
}
