import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArchive } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, writeResponse } from "../../api/client";
import type { AgentView } from "../../api/types";
import { Confirmation } from "../../components/Confirmation";
import { notifyError, notifySuccess } from "../../components/notify";

/** Archives an agent after confirmation. */
export function ArchiveAgent({ agent }: { agent: AgentView }) {
  const [isOpen, { open, close }] = useDisclosure();
  const client = useQueryClient();
  const navigate = useNavigate();
  const archive = useMutation({
    mutationFn: () =>
      writeResponse(api.DELETE("/api/agents/{id}", { params: { path: { id: agent.agent_id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["agents"] });
      notifySuccess("Assistant archived.");
      await navigate({ to: "/agents" });
    },
    onError: (error) => notifyError("Assistant not archived", error),
  });
  return (
    <>
      <Button variant="default" leftSection={<IconArchive size={16} />} onClick={open}>
        Archive
      </Button>
      {isOpen && (
        <Confirmation
          title="Archive this assistant?"
          confirm="Archive"
          isBusy={archive.isPending}
          onConfirm={() => archive.mutate()}
          onClose={close}
        >
          <Text>The default assistant takes over its numbers. Its calls and history are kept.</Text>
        </Confirmation>
      )}
    </>
  );
}
