import { Center, Paper, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "../api/client";
import { Logo } from "../shell/Logo";
import { LoginForm } from "./LoginForm";
import { RegisterForm } from "./RegisterForm";

/** An invitation comes as a link: `/?invitation=…`. */
function invitationInAddress(): string {
  return new URLSearchParams(window.location.search).get("invitation") ?? "";
}

/** Signing in; and on the first run, or with an invitation, registering. */
export function SignIn() {
  useDocumentTitle("Sign in · Call Ledger");
  const [invitation] = useState(invitationInAddress);
  const [chosen, setChosen] = useState<"in" | "new" | null>(invitation ? "new" : null);
  const firstRun = useQuery({
    queryKey: ["first-run"],
    queryFn: () => body(api.GET("/api/auth/first-run")),
    enabled: !invitation,
    retry: false,
  });
  const isFirst = firstRun.data?.first_run === true;
  const wants = chosen ?? (isFirst ? "new" : "in");
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
              {wants === "in" ? "Every call, and everything that happened to it." : "Create your account."}
            </Text>
          </Stack>
          <SegmentedControl
            fullWidth
            aria-label="What do you want to do?"
            value={wants}
            onChange={setChosen}
            data={[
              { value: "in", label: "Sign in" },
              { value: "new", label: "Create account" },
            ]}
          />
          {firstRun.isLoading && <Skeleton h={220} aria-label="Loading" />}
          {!firstRun.isLoading &&
            (wants === "in" ? <LoginForm /> : <RegisterForm invitation={invitation} isFirst={isFirst} />)}
        </Stack>
      </Paper>
    </Center>
  );
}
