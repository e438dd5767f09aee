import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, writeResponse } from "../../api/client";
import { ErrorNotice } from "../../components/ErrorNotice";

/** Asks for the name only; everything else is set on the agent's page. */
export function CreateAgent({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => writeResponse(api.POST("/api/agents", { body: { settings: { name: name.trim() } } })),
    onSuccess: async ({ body }) => {
      await client.invalidateQueries({ queryKey: ["agents"] });
      await navigate({ to: "/agents/$agentId", params: { agentId: body.agent_id } });
    },
  });
  return (
    <Modal opened onClose={onClose} title="New assistant">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) create.mutate();
        }}
      >
        <Stack>
          {create.isError && <ErrorNotice what="Assistant not created" error={create.error} />}
          <TextInput
            label="Name"
            description="Shown to your team; callers do not hear it"
            placeholder="Front desk"
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!name.trim()} loading={create.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
