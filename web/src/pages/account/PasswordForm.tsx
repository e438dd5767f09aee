import { Button, Group, Paper, PasswordInput, Radio, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { fieldErrors } from "../../api/problem";
import { notifyError, notifySuccess } from "../../components/notify";
import { clearSession, useMe } from "../../session/session";
import { TOKENS } from "./tokensQuery";

const MIN_PASSWORD_LENGTH = 10;

export function PasswordForm() {
  const me = useMe();
  const client = useQueryClient();
  const tokens = useQuery({ queryKey: TOKENS, queryFn: () => body(api.GET("/api/auth/tokens")) });
  const hasTokens = (tokens.data?.length ?? 0) > 0;
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { current_password: "", password: "", tokens: "" },
    validate: {
      current_password: (value) => (value ? null : "Enter your current password."),
      password: (value) =>
        value.length >= MIN_PASSWORD_LENGTH ? null : `At least ${MIN_PASSWORD_LENGTH} characters.`,
      tokens: (value) => (value || !hasTokens ? null : "Choose what happens to your API tokens."),
    },
  });
  const save = useMutation({
    mutationFn: ({ tokens, ...passwords }: { current_password: string; password: string; tokens: string }) =>
      body(
        api.PATCH("/api/users/{user_id}", {
          params: { path: { user_id: me.user_id } },
          body: { ...passwords, revoke_tokens: hasTokens ? tokens === "revoke" : null },
        }),
      ),
    onSuccess: () => {
      notifySuccess("Password changed. Sign in with the new one.");
      clearSession(client);
    },
    onError: (error) => {
      form.setErrors(fieldErrors(error));
      notifyError("Password not changed", error);
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
            label="Current password"
            autoComplete="current-password"
            key={form.key("current_password")}
            {...form.getInputProps("current_password")}
          />
          <PasswordInput
            label="New password"
            description={`At least ${MIN_PASSWORD_LENGTH} characters`}
            autoComplete="new-password"
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
          {hasTokens && (
            <Radio.Group label="Your API tokens" key={form.key("tokens")} {...form.getInputProps("tokens")}>
              <Stack gap="xs" mt="xs">
                <Radio value="revoke" label="Revoke them: programs need new ones" />
                <Radio value="keep" label="Keep them valid" />
              </Stack>
            </Radio.Group>
          )}
          <Text size="xs" c="dimmed">
            Changing your password signs you out everywhere.
          </Text>
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
