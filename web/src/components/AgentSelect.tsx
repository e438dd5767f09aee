import { Select, type SelectProps } from "@mantine/core";
import { useAgents } from "./useAgents";

type Props = Omit<SelectProps, "data" | "value" | "onChange"> & {
  value: string | undefined;
  onChange: (agentId: string | undefined) => void;
};

/** Selects one assistant, or all of them (`undefined`). */
export function AgentSelect({ value, onChange, ...select }: Props) {
  const { data } = useAgents();
  const agents = (data ?? []).map((agent) => ({
    value: agent.agent_id,
    label: `${agent.settings.name ?? agent.agent_id}${agent.archived ? " (archived)" : ""}`,
  }));
  return (
    <Select
      aria-label="Assistant"
      placeholder="All assistants"
      data={agents}
      value={value ?? null}
      onChange={(agent) => onChange(agent ?? undefined)}
      clearable
      searchable={agents.length > 8}
      {...select}
    />
  );
}
