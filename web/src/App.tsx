import { Container } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { ErrorNotice } from "./components/ErrorNotice";
import { FeedProvider } from "./feed/FeedProvider";
import { router } from "./router";
import { SessionProvider, useWhoIsHere } from "./session/session";
import { ShellSkeleton } from "./shell/ShellSkeleton";

// Most who come have a session: they need no forms.
const SignIn = lazy(async () => ({ default: (await import("./session/SignIn")).SignIn }));

/** Who is here decides: nobody signs in, whatever the address; it is opened afterwards. */
export function App() {
  const who = useWhoIsHere();
  if (who.isPending) return <ShellSkeleton />;
  // Who is here was known: that it could not be asked again closes nothing.
  if (who.isLoadingError) {
    return (
      <Container size="xs" py="xl">
        <ErrorNotice
          what="Call Ledger could not be opened"
          error={who.error}
          onRetry={() => void who.refetch()}
        />
      </Container>
    );
  }
  if (!who.data) {
    return (
      <Suspense fallback={<ShellSkeleton />}>
        <SignIn />
      </Suspense>
    );
  }
  return (
    <SessionProvider me={who.data} key={who.data.user_id}>
      <FeedProvider>
        <RouterProvider router={router} />
      </FeedProvider>
    </SessionProvider>
  );
}
