import { Alert, Button, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import { useState } from "react";
import { messageOf } from "../../../api/problem";
import type { PersonaVersion } from "../../../api/types";
import { ChooseCorrections } from "./ChooseCorrections";
import { changeBetween, cleanRules, correctionOf, usedIn } from "./history";
import { RuleChanges } from "./RuleChanges";
import { RulesInput } from "./RulesInput";
import { useDraft, usePropose } from "./usePersonas";

interface Props {
  agentId: string;
  /** The rules in force; the proposal starts from them. */
  inForce: readonly string[];
  /** The loaded versions, for the corrections that they use. */
  versions: readonly PersonaVersion[];
  onClose: () => void;
}

/** Proposes a version: selects corrections, edits or drafts rules, and shows the changes before sending. */
export function Propose({ agentId, inForce, versions, onClose }: Props) {
  const [selected, setSelected] = useState<string[]>([]);
  const [rules, setRules] = useState<string[]>(inForce.length > 0 ? [...inForce] : [""]);
  const draft = useDraft(agentId);
  const propose = usePropose(agentId);
  const sources = selected.map(correctionOf);
  const cleaned = cleanRules(rules);
  const { added, removed } = changeBetween(inForce, cleaned);
  const isNew = added.length + removed.length > 0;
  const requestDraft = () =>
    draft.mutate(sources, {
      onSuccess: ({ rules: drafted }) =>
        setRules((now) => {
          const kept = cleanRules(now);
          return [...kept, ...drafted.filter((rule) => !kept.includes(rule))];
        }),
    });
  return (
    <Modal opened onClose={onClose} title="Propose rules" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          propose.mutate({ rules: cleaned, sources }, { onSuccess: onClose });
        }}
      >
        <Stack>
          <ChooseCorrections
            agentId={agentId}
            selected={selected}
            used={usedIn(versions)}
            onChange={setSelected}
          />
          <Group justify="space-between" align="center">
            <Title order={3} size="h5">
              Rules
            </Title>
            <Button
              size="xs"
              variant="light"
              leftSection={<IconSparkles size={14} />}
              disabled={selected.length === 0}
              loading={draft.isPending}
              onClick={requestDraft}
            >
              Draft with the model
            </Button>
          </Group>
          {draft.data && <Drafted rules={draft.data.rules.length} leftOut={draft.data.left_out} />}
          <RulesInput rules={rules} onChange={setRules} />
          <Text size="sm" c="dimmed">
            Rules apply to every call and stay readable permanently. Do not include names, phone numbers or
            addresses.
          </Text>
          {isNew && cleaned.length > 0 && (
            <div>
              <Text size="sm" fw={600} mb={4}>
                Changes
              </Text>
              <RuleChanges added={added} removed={removed} />
            </div>
          )}
          {propose.isError && <Alert color="red">{messageOf(propose.error)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isNew || cleaned.length === 0} loading={propose.isPending}>
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
        ? "The model found no rules beyond the current ones."
        : "The model’s rules were added below. Review and edit them."}
      {left}
    </Text>
  );
}
