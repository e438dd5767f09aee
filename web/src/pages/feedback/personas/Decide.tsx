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

/** What an admin decides about a version that waits, each after a question. */
export function Decide({ agentId, version }: Props) {
  const [asked, setAsked] = useState<"approve" | "reject" | null>(null);
  const approve = useApprove(agentId);
  const reject = useReject(agentId);
  const close = () => setAsked(null);
  const { version: number, added, removed } = version;
  return (
    <Group gap="xs">
      <Button size="xs" leftSection={<IconCheck size={14} />} onClick={() => setAsked("approve")}>
        Approve
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconX size={14} />}
        onClick={() => setAsked("reject")}
      >
        Reject
      </Button>
      {asked === "approve" && (
        <Confirmation
          title={`Approve version ${number}?`}
          confirm="Approve"
          color="indigo"
          keep="Not yet"
          isBusy={approve.isPending}
          onConfirm={() => approve.mutate(number, { onSuccess: close })}
          onClose={close}
        >
          <Text>
            The agent is told these rules in every call from the next one on. Look that no person can be known
            by them.
          </Text>
          <RuleChanges added={added} removed={removed} />
        </Confirmation>
      )}
      {asked === "reject" && (
        <Confirmation
          title={`Reject version ${number}?`}
          confirm="Reject"
          isBusy={reject.isPending}
          onConfirm={() => reject.mutate(number, { onSuccess: close })}
          onClose={close}
        >
          <Text>It will never be used. The same rules can be proposed again.</Text>
        </Confirmation>
      )}
    </Group>
  );
}

/** Goes back to a version that was approved once, or to the prompt alone, after a question. */
export function RollBack({ agentId, to }: { agentId: string; to: number }) {
  const [isAsked, setAsked] = useState(false);
  const rollBack = useRollBack(agentId);
  const close = () => setAsked(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconArrowBackUp size={14} />}
        onClick={() => setAsked(true)}
      >
        {to === 0 ? "Go back to the prompt alone" : `Use version ${to} again`}
      </Button>
      {isAsked && (
        <Confirmation
          title={to === 0 ? "Go back to the prompt alone?" : `Use version ${to} again?`}
          confirm="Go back"
          isBusy={rollBack.isPending}
          onConfirm={() => rollBack.mutate(to, { onSuccess: close })}
          onClose={close}
        >
          <Text>
            {to === 0
              ? "From the next call on the agent is told no rules. Every version stays, and can be used again."
              : "From the next call on the agent is told the rules of that version, and no others. Every version stays."}
          </Text>
        </Confirmation>
      )}
    </>
  );
}
