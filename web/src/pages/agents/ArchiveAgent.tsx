import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArchive } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, written } from "../../api/client";
import type { AgentView } from "../../api/types";
import { Confirmation } from "../../components/Confirmation";
import { tellDone, tellProblem } from "../../components/notify";

/** Takes an agent out of use, after a question. */
export function ArchiveAgent({ agent }: { agent: AgentView }) {
  const [isOpen, { open, close }] = useDisclosure();
  const client = useQueryClient();
  const navigate = useNavigate();
  const archive = useMutation({
    mutationFn: () => written(api.DELETE("/api/agents/{id}", { params: { path: { id: agent.agent_id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["agents"] });
      tellDone("The agent is archived.");
      await navigate({ to: "/agents" });
    },
    onError: (error) => tellProblem("The agent was not archived", error),
  });
  return (
    <>
      <Button variant="default" leftSection={<IconArchive size={16} />} onClick={open}>
        Archive
      </Button>
      {isOpen && (
        <Confirmation
          title="Archive this agent?"
          confirm="Archive"
          isBusy={archive.isPending}
          onConfirm={() => archive.mutate()}
          onClose={close}
        >
          <Text>
            Its numbers are answered by the default agent from then on. Its calls and its history stay.
          </Text>
        </Confirmation>
      )}
    </>
  );
}
