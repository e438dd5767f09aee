import { Alert, Button, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import { useState } from "react";
import { messageOf } from "../../../api/problem";
import type { PersonaVersion } from "../../../api/types";
import { ChooseCorrections } from "./ChooseCorrections";
import { changeBetween, correctionOf, usedIn, written } from "./history";
import { RuleChanges } from "./RuleChanges";
import { RulesInput } from "./RulesInput";
import { useDraft, usePropose } from "./usePersonas";

interface Props {
  agentId: string;
  /** The rules in force: what the new ones begin with. */
  inForce: readonly string[];
  /** The versions that are known here: which corrections were used already. */
  versions: readonly PersonaVersion[];
  onClose: () => void;
}

/** A proposal: corrections are chosen, rules are written from them, and what would change is seen before it is sent. */
export function Propose({ agentId, inForce, versions, onClose }: Props) {
  const [chosen, setChosen] = useState<string[]>([]);
  const [rules, setRules] = useState<string[]>(inForce.length > 0 ? [...inForce] : [""]);
  const draft = useDraft(agentId);
  const propose = usePropose(agentId);
  const sources = chosen.map(correctionOf);
  const wanted = written(rules);
  const { added, removed } = changeBetween(inForce, wanted);
  const isNew = added.length + removed.length > 0;
  const askForDraft = () =>
    draft.mutate(sources, {
      onSuccess: ({ rules: drafted }) =>
        setRules((now) => {
          const kept = written(now);
          return [...kept, ...drafted.filter((rule) => !kept.includes(rule))];
        }),
    });
  return (
    <Modal opened onClose={onClose} title="Propose rules" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          propose.mutate({ rules: wanted, sources }, { onSuccess: onClose });
        }}
      >
        <Stack>
          <ChooseCorrections agentId={agentId} chosen={chosen} used={usedIn(versions)} onChange={setChosen} />
          <Group justify="space-between" align="center">
            <Title order={3} size="h5">
              Rules
            </Title>
            <Button
              size="xs"
              variant="light"
              leftSection={<IconSparkles size={14} />}
              disabled={chosen.length === 0}
              loading={draft.isPending}
              onClick={askForDraft}
            >
              Draft by the model
            </Button>
          </Group>
          {draft.data && <Drafted rules={draft.data.rules.length} leftOut={draft.data.left_out} />}
          <RulesInput rules={rules} onChange={setRules} />
          <Text size="sm" c="dimmed">
            Rules are told to the agent in every call and stay readable for ever: no names, no numbers of
            people, no addresses.
          </Text>
          {isNew && wanted.length > 0 && (
            <div>
              <Text size="sm" fw={600} mb={4}>
                What would change
              </Text>
              <RuleChanges added={added} removed={removed} />
            </div>
          )}
          {propose.isError && <Alert color="red">{messageOf(propose.error)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isNew || wanted.length === 0} loading={propose.isPending}>
              Propose
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Drafted({ rules, leftOut }: { rules: number; leftOut: number }) {
  const left = leftOut > 0 ? ` ${leftOut} could not be proposed and were left out.` : "";
  return (
    <Text size="sm" role="status">
      {rules === 0
        ? "The model found nothing that the rules do not say already."
        : "The model’s rules are added below: read and edit them."}
      {left}
    </Text>
  );
}
