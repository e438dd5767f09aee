import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, written } from "../../api/client";
import { ErrorNotice } from "../../components/ErrorNotice";

/** A new agent needs a name; everything else is said on its page. */
export function CreateAgent({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => written(api.POST("/api/agents", { body: { name: name.trim() } })),
    onSuccess: async ({ body }) => {
      await client.invalidateQueries({ queryKey: ["agents"] });
      await navigate({ to: "/agents/$agentId", params: { agentId: body.agent_id } });
    },
  });
  return (
    <Modal opened onClose={onClose} title="New agent">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) create.mutate();
        }}
      >
        <Stack>
          {create.isError && <ErrorNotice what="The agent was not made" error={create.error} />}
          <TextInput
            label="Name"
            description="As colleagues know it; callers do not hear it"
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
              Make it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
