import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { api, body } from "../api/client";
import { ApiProblem } from "../api/problem";
import { onSignedOut } from "../api/transport";
import type { Me } from "../api/types";
import { notifyError } from "../components/notify";
import { isAllowed, type Permission } from "./permissions";
import { endSession } from "./signOut";

export const ME = ["me"] as const;

const Session = createContext<Me | null>(null);

/**
 * Sets the user to signed out and removes all data that was loaded for them: another user may sign in next. The query of
 * the user itself stays, because the page observes it.
 */
export function clearSession(client: QueryClient): void {
  client.setQueryData(ME, null);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
}

/** The signed-in user, or `null`. Requested once, on the first load: the cookie restores a session. */
export function useCurrentUser() {
  const client = useQueryClient();
  useEffect(() => onSignedOut(() => clearSession(client)), [client]);
  return useQuery({
    queryKey: ME,
    queryFn: async (): Promise<Me | null> => {
      try {
        return (await body(api.GET("/api/auth/me"))) as Me;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function SessionProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <Session value={me}>{children}</Session>;
}

/** The signed-in user. */
export function useMe(): Me {
  const me = useContext(Session);
  if (!me) throw new Error("useMe must be used inside a SessionProvider");
  return me;
}

/** Whether the signed-in user has a permission. */
export function useMay(permission: Permission): boolean {
  return isAllowed(useMe(), permission);
}

/** Ends the session and clears its data; shows an error if the session could not be ended. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      endSession(
        () => api.POST("/api/auth/logout"),
        () => clearSession(client),
      ),
    onError: (error) => notifyError("Sign-out failed. You are still signed in", error),
  });
}
