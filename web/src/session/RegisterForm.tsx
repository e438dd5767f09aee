import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../api/client";
import { ApiProblem, fieldErrors } from "../api/problem";
import { ErrorNotice } from "../components/ErrorNotice";
import { ME } from "./session";

/** The shortest password that the service takes. */
const SHORTEST = 10;

interface Values {
  name: string;
  email: string;
  password: string;
  invitation: string;
}

interface Props {
  invitation: string;
  /** Whether nobody has registered yet: then nobody could have invited. */
  isFirst: boolean;
}

export function RegisterForm({ invitation, isFirst }: Props) {
  const client = useQueryClient();
  const form = useForm<Values>({
    mode: "uncontrolled",
    initialValues: { name: "", email: "", password: "", invitation },
    validate: {
      name: (value) => (value.trim() ? null : "Enter your name."),
      email: (value) => (value.includes("@") ? null : "Enter your e-mail address."),
      password: (value) => (value.length >= SHORTEST ? null : `At least ${SHORTEST} characters.`),
    },
  });
  const register = useMutation({
    mutationFn: ({ invitation: given, ...values }: Values) =>
      body(
        api.POST("/api/auth/register", {
          body: { ...values, ...(given.trim() && { invitation: given.trim() }) },
        }),
      ),
    onSuccess: (me) => {
      // The invitation is used up: it need not stay in the address.
      window.history.replaceState(null, "", "/");
      client.setQueryData(ME, me);
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <form onSubmit={form.onSubmit((values) => register.mutate(values))} noValidate>
      <Stack>
        {register.isError && <ErrorNotice what="No account was created" error={explained(register.error)} />}
        <Text size="sm" c="dimmed">
          {isFirst
            ? "Nobody has registered yet: you become the admin, and invite everybody else."
            : "An account needs an invitation, which an admin gives."}
        </Text>
        <TextInput label="Name" autoComplete="name" key={form.key("name")} {...form.getInputProps("name")} />
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label="Password"
          description={`At least ${SHORTEST} characters`}
          autoComplete="new-password"
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        {!isFirst && (
          <TextInput label="Invitation" key={form.key("invitation")} {...form.getInputProps("invitation")} />
        )}
        <Button type="submit" loading={register.isPending} fullWidth>
          Create account
        </Button>
      </Stack>
    </form>
  );
}

function explained(error: Error): Error {
  if (!(error instanceof ApiProblem) || error.kind !== "not-invited") return error;
  return new Error("Somebody has registered here before. Ask an admin for an invitation, or sign in");
}
