import { Button, Group, Paper, Stack, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "../../api/client";
import { notifyError, notifySuccess } from "../../components/notify";
import { ME, useMe } from "../../session/session";

export function NameForm() {
  const me = useMe();
  const client = useQueryClient();
  const [name, setName] = useState(me.name);
  const save = useMutation({
    mutationFn: () =>
      body(
        api.PATCH("/api/users/{user_id}", {
          params: { path: { user_id: me.user_id } },
          body: { name: name.trim() },
        }),
      ),
    onSuccess: (user) => {
      client.setQueryData(ME, { ...me, name: user.name });
      notifySuccess("Name saved.");
    },
    onError: (error) => notifyError("Name not saved", error),
  });
  return (
    <Paper withBorder p="md" component="section" aria-label="Name">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <Title order={2} size="h4">
            Name
          </Title>
          <TextInput
            label="Name"
            description="Shown to your team"
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button type="submit" disabled={!name.trim() || name.trim() === me.name} loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
