import { ActionIcon, Button, Group, Paper, Stack, Text, TextInput, Title, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { AgentView } from "../../api/types";
import { isE164, phone } from "../../format/phone";
import { useAssignNumber } from "./useAgent";

interface Props {
  agent: AgentView;
  mayEdit: boolean;
}

/** The phone numbers assigned to an agent. */
export function Numbers({ agent, mayEdit }: Props) {
  const assign = useAssignNumber(agent.agent_id);
  const [typed, setTyped] = useState("");
  const number = typed.replace(/[\s().-]/g, "");
  const add = () => {
    if (isE164(number)) assign.mutate({ number, agent: agent.agent_id }, { onSuccess: () => setTyped("") });
  };
  return (
    <Paper withBorder p="md" component="section" aria-label="Phone numbers">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Phone numbers
        </Title>
        {agent.numbers.length === 0 && (
          <Text size="sm" c="dimmed">
            {agent.agent_id === "default"
              ? "Answers all numbers not assigned to another assistant."
              : "No number yet, so this assistant gets no calls."}
          </Text>
        )}
        {agent.numbers.map((one) => (
          <Group key={one} justify="space-between">
            <Text className="figures">{phone(one)}</Text>
            {mayEdit && (
              <Tooltip label="Unassign; the default assistant answers it">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Unassign ${phone(one)}`}
                  onClick={() => assign.mutate({ number: one, agent: null })}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Tooltip>
            )}
          </Group>
        ))}
        {mayEdit && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              add();
            }}
          >
            <Group align="flex-end" gap="xs" wrap="nowrap">
              <TextInput
                flex={1}
                label="Add a number"
                placeholder="+1 504 555 0100"
                inputMode="tel"
                value={typed}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
              <Button type="submit" variant="default" disabled={!isE164(number)} loading={assign.isPending}>
                Assign
              </Button>
            </Group>
          </form>
        )}
      </Stack>
    </Paper>
  );
}
