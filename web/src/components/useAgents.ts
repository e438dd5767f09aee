import { useQuery } from "@tanstack/react-query";
import { api, body } from "../api/client";
import { useMay } from "../session/session";

/** Lists all agents; disabled for users who may not view agents. */
export function useAgents() {
  const may = useMay("view_agents");
  return useQuery({
    queryKey: ["agents"],
    queryFn: () => body(api.GET("/api/agents")),
    enabled: may,
    staleTime: 60_000,
  });
}

/** Returns a lookup of agent names by identifier; an unknown identifier is returned as it is. */
export function useAgentName(): (agentId: string | null | undefined) => string {
  const { data } = useAgents();
  return (agentId) => {
    if (!agentId) return "";
    return data?.find((agent) => agent.agent_id === agentId)?.settings.name ?? agentId;
  };
}
