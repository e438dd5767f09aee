import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../api/client";
import { ApiProblem, fieldErrors } from "../api/problem";
import { ErrorNotice } from "../components/ErrorNotice";
import { ME } from "./session";

/** The minimum password length of the service, in characters. */
const MIN_PASSWORD_LENGTH = 10;

interface Values {
  name: string;
  email: string;
  password: string;
  invitation: string;
}

interface Props {
  invitation: string;
  /** Whether this is the first account, which needs no invitation. */
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
      password: (value) =>
        value.length >= MIN_PASSWORD_LENGTH ? null : `At least ${MIN_PASSWORD_LENGTH} characters.`,
    },
  });
  const register = useMutation({
    mutationFn: ({ invitation: code, ...values }: Values) =>
      body(
        api.POST("/api/auth/register", {
          body: { ...values, ...(code.trim() && { invitation: code.trim() }) },
        }),
      ),
    onSuccess: (me) => {
      // Removes the used invitation from the address.
      window.history.replaceState(null, "", "/");
      client.setQueryData(ME, me);
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <form onSubmit={form.onSubmit((values) => register.mutate(values))} noValidate>
      <Stack>
        {register.isError && (
          <ErrorNotice what="The account was not created" error={withExplanation(register.error)} />
        )}
        <Text size="sm" c="dimmed">
          {isFirst
            ? "This is the first account. You become the admin and can invite others."
            : "You need an invitation from an admin to create an account."}
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
          description={`At least ${MIN_PASSWORD_LENGTH} characters`}
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

function withExplanation(error: Error): Error {
  if (!(error instanceof ApiProblem) || error.kind !== "not-invited") return error;
  return new Error("An invitation is required. Ask an admin for one, or sign in.");
}
