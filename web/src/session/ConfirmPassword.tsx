import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, body } from "../api/client";
import { messageOf } from "../api/problem";
import { onConfirmationRequired } from "../api/transport";

type Answer = (confirmed: boolean) => void;

/** Asks for the password again when the service requires it for an action. The action is then sent again. */
export function ConfirmPassword() {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [password, setPassword] = useState("");
  useEffect(() => {
    onConfirmationRequired(() => new Promise((resolve) => setAnswer(() => resolve)));
    return () => onConfirmationRequired(async () => false);
  }, []);
  const finish = (confirmed: boolean) => {
    answer?.(confirmed);
    setAnswer(null);
    setPassword("");
    confirm.reset();
  };
  const confirm = useMutation({
    mutationFn: () => body(api.POST("/api/auth/confirm", { body: { password } })),
    onSuccess: () => finish(true),
  });
  return (
    <Modal opened={answer !== null} onClose={() => finish(false)} title="Confirm your password" zIndex={400}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          confirm.mutate();
        }}
      >
        <Stack>
          <Text size="sm">You signed in some time ago. Enter your password to continue.</Text>
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            data-autofocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={confirm.isError ? messageOf(confirm.error) : null}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => finish(false)}>
              Cancel
            </Button>
            <Button type="submit" loading={confirm.isPending} disabled={!password}>
              Confirm
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
