import { Alert, Anchor, Center, Paper, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { Logo } from "../shell/Logo";
import { canonicalUrl, isInsecure } from "./isInsecure";
import { LoginForm } from "./LoginForm";
import { RegisterForm } from "./RegisterForm";

/** The invitation of an invitation link: `/?invitation=…`. */
function invitationFromUrl(): string {
  return new URLSearchParams(window.location.search).get("invitation") ?? "";
}

/** The sign-in form, or the registration form on the first run and for an invitation link. */
export function SignIn() {
  useDocumentTitle("Sign in · Call Ledger");
  const [invitation] = useState(invitationFromUrl);
  const [chosen, setChosen] = useState<"in" | "new" | null>(invitation ? "new" : null);
  const firstRun = useQuery({
    queryKey: ["first-run"],
    queryFn: async () => {
      const { data, response } = await api.GET("/api/auth/first-run");
      return { first_run: data?.first_run, secure_url: canonicalUrl(response.headers.get("link")) };
    },
    retry: false,
  });
  const isFirst = firstRun.data?.first_run === true;
  const mode = chosen ?? (isFirst ? "new" : "in");
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={420}>
        <Stack>
          <Stack gap={4} align="center">
            <Logo size={44} />
            <Title order={1} size="h3">
              Call Ledger
            </Title>
            <Text c="dimmed" size="sm" ta="center">
              {mode === "in" ? "Every call and its full history." : "Create your account."}
            </Text>
          </Stack>
          {isInsecure(window.location, firstRun.data?.secure_url) && (
            <Alert color="orange" title="This page was opened without HTTPS">
              You cannot stay signed in here. Open{" "}
              <Anchor href={firstRun.data?.secure_url ?? undefined}>{firstRun.data?.secure_url}</Anchor>{" "}
              instead.
            </Alert>
          )}
          <SegmentedControl
            fullWidth
            aria-label="Sign in or create an account"
            value={mode}
            onChange={setChosen}
            data={[
              { value: "in", label: "Sign in" },
              { value: "new", label: "Create account" },
            ]}
          />
          {firstRun.isLoading && <Skeleton h={220} aria-label="Loading" />}
          {!firstRun.isLoading &&
            (mode === "in" ? <LoginForm /> : <RegisterForm invitation={invitation} isFirst={isFirst} />)}
        </Stack>
      </Paper>
    </Center>
  );
}
