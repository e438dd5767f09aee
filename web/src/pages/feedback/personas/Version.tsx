import { Badge, Card, Group, Stack, Text, Title } from "@mantine/core";
import type { PersonaVersion } from "../../../api/types";
import { Timestamp } from "../../../components/Timestamp";
import { useUserName } from "../../../components/useUsers";
import { useMay } from "../../../session/session";
import { Decide, RollBack } from "./Decide";
import { versionName } from "./history";
import { RuleChanges } from "./RuleChanges";
import { Sources } from "./Sources";

const STATES: Record<string, { label: string; color: string }> = {
  proposed: { label: "Pending approval", color: "indigo" },
  approved: { label: "Approved", color: "gray" },
  rejected: { label: "Rejected", color: "red" },
};

interface Props {
  agentId: string;
  version: PersonaVersion;
}

/** A persona version: changes, source corrections, proposer and approver. */
export function Version({ agentId, version }: Props) {
  const nameOf = useUserName();
  const mayDecide = useMay("approve_personas");
  const { version: number, state, in_force: inForce, rules } = version;
  const { label, color } = inForce
    ? { label: "In use", color: "teal" }
    : (STATES[state] ?? { label: state, color: "gray" });
  return (
    <Card withBorder component="article" aria-label={`Version ${number}`}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="xs">
            <Title order={3} size="h5">
              Version {number}
            </Title>
            <Badge color={color} variant="light">
              {label}
            </Badge>
          </Group>
          {mayDecide && state === "proposed" && <Decide agentId={agentId} version={version} />}
          {mayDecide && state === "approved" && !inForce && <RollBack agentId={agentId} to={number} />}
        </Group>
        <Text size="xs" c="dimmed">
          Proposed by {nameOf(version.proposed_by)} · <Timestamp at={version.proposed_at} />
          {version.decided_by && (
            <>
              <br />
              {state === "rejected" ? "Rejected" : "Approved"} by {nameOf(version.decided_by)} ·{" "}
              <Timestamp at={version.decided_at} />
            </>
          )}
        </Text>
        <div>
          <Text size="sm" fw={600} mb={4}>
            Changes from {versionName(version.compared_with)}
          </Text>
          <RuleChanges added={version.added} removed={version.removed} />
        </div>
        {version.added.length < rules.length && (
          <details>
            <summary>
              <Text span size="sm">
                {rules.length === 1 ? "The rule" : `All ${rules.length} rules`}
              </Text>
            </summary>
            <Stack gap={4} component="ol" m={0} pl="lg">
              {rules.map((rule) => (
                <Text key={rule} component="li" size="sm" className="breakable">
                  {rule}
                </Text>
              ))}
            </Stack>
          </details>
        )}
        <Sources sources={version.sources} />
      </Stack>
    </Card>
  );
}
