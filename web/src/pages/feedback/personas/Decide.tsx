import { Button, Group, Text } from "@mantine/core";
import { IconArrowBackUp, IconCheck, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { PersonaVersion } from "../../../api/types";
import { Confirmation } from "../../../components/Confirmation";
import { RuleChanges } from "./RuleChanges";
import { useApprove, useReject, useRollBack } from "./usePersonas";

interface Props {
  agentId: string;
  version: PersonaVersion;
}

/** Approves or rejects a proposed version, after confirmation. */
export function Decide({ agentId, version }: Props) {
  const [dialog, setDialog] = useState<"approve" | "reject" | null>(null);
  const approve = useApprove(agentId);
  const reject = useReject(agentId);
  const close = () => setDialog(null);
  const { version: number, added, removed } = version;
  return (
    <Group gap="xs">
      <Button size="xs" leftSection={<IconCheck size={14} />} onClick={() => setDialog("approve")}>
        Approve
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconX size={14} />}
        onClick={() => setDialog("reject")}
      >
        Reject
      </Button>
      {dialog === "approve" && (
        <Confirmation
          title={`Approve version ${number}?`}
          confirm="Approve"
          color="indigo"
          isBusy={approve.isPending}
          onConfirm={() => approve.mutate(number, { onSuccess: close })}
          onClose={close}
        >
          <Text>
            These rules apply to every call from the next one on. Check that they do not identify any person.
          </Text>
          <RuleChanges added={added} removed={removed} />
        </Confirmation>
      )}
      {dialog === "reject" && (
        <Confirmation
          title={`Reject version ${number}?`}
          confirm="Reject"
          isBusy={reject.isPending}
          onConfirm={() => reject.mutate(number, { onSuccess: close })}
          onClose={close}
        >
          <Text>This version will never be used. The same rules can be proposed again.</Text>
        </Confirmation>
      )}
    </Group>
  );
}

/** Rolls back to an approved version, or to the base prompt (version 0), after confirmation. */
export function RollBack({ agentId, to }: { agentId: string; to: number }) {
  const [isOpen, setOpen] = useState(false);
  const rollBack = useRollBack(agentId);
  const close = () => setOpen(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconArrowBackUp size={14} />}
        onClick={() => setOpen(true)}
      >
        {to === 0 ? "Roll back to the base prompt" : `Roll back to version ${to}`}
      </Button>
      {isOpen && (
        <Confirmation
          title={to === 0 ? "Roll back to the base prompt?" : `Roll back to version ${to}?`}
          confirm="Roll back"
          isBusy={rollBack.isPending}
          onConfirm={() => rollBack.mutate(to, { onSuccess: close })}
          onClose={close}
        >
          <Text>
            {to === 0
              ? "From the next call on, the assistant uses no learned rules. All versions are kept."
              : "From the next call on, the assistant uses the rules of that version only. All versions are kept."}
          </Text>
        </Confirmation>
      )}
    </>
  );
}
