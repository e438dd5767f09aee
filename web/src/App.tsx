import { Container } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { ErrorNotice } from "./components/ErrorNotice";
import { FeedProvider } from "./feed/FeedProvider";
import { router } from "./router";
import { ConfirmPassword } from "./session/ConfirmPassword";
import { SessionProvider, useCurrentUser } from "./session/session";
import { ShellSkeleton } from "./shell/ShellSkeleton";

// Loaded on demand: most visits have a session and need no forms.
const SignIn = lazy(async () => ({ default: (await import("./session/SignIn")).SignIn }));

/** Shows the sign-in page, whatever the address, until a user is signed in; then opens the address. */
export function App() {
  const user = useCurrentUser();
  if (user.isPending) return <ShellSkeleton />;
  // Only a failed first load blocks the page: a failed refetch keeps the user that is already known.
  if (user.isLoadingError) {
    return (
      <Container size="xs" py="xl">
        <ErrorNotice
          what="Call Ledger could not be opened"
          error={user.error}
          onRetry={() => void user.refetch()}
        />
      </Container>
    );
  }
  if (!user.data) {
    return (
      <Suspense fallback={<ShellSkeleton />}>
        <SignIn />
      </Suspense>
    );
  }
  return (
    <SessionProvider me={user.data} key={user.data.user_id}>
      <ConfirmPassword />
      <FeedProvider>
        <RouterProvider router={router} />
      </FeedProvider>
    </SessionProvider>
  );
}
