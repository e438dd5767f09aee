import { Button, Group, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { fieldErrors } from "../../api/problem";
import { tellDone, tellProblem } from "../../components/notify";
import { leave, useMe } from "../../session/session";

const SHORTEST = 10;

export function PasswordForm() {
  const me = useMe();
  const client = useQueryClient();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { current_password: "", password: "" },
    validate: {
      current_password: (value) => (value ? null : "Enter the password that you have now."),
      password: (value) => (value.length >= SHORTEST ? null : `At least ${SHORTEST} characters.`),
    },
  });
  const save = useMutation({
    mutationFn: (values: { current_password: string; password: string }) =>
      body(api.PATCH("/api/users/{user_id}", { params: { path: { user_id: me.user_id } }, body: values })),
    onSuccess: () => {
      tellDone("Your password is changed. Sign in with it.");
      leave(client);
    },
    onError: (error) => {
      form.setErrors(fieldErrors(error));
      tellProblem("Your password was not changed", error);
    },
  });
  return (
    <Paper withBorder p="md" component="section" aria-label="Password">
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack>
          <Title order={2} size="h4">
            Password
          </Title>
          <PasswordInput
            label="The one you have now"
            autoComplete="current-password"
            key={form.key("current_password")}
            {...form.getInputProps("current_password")}
          />
          <PasswordInput
            label="The new one"
            description={`At least ${SHORTEST} characters`}
            autoComplete="new-password"
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
          <Text size="xs" c="dimmed">
            Every session of yours ends, this one too.
          </Text>
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              Change
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
