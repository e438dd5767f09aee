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
 * Nobody is here any more, and nothing that was read for them stays: the next may be somebody else. What says who is here
 * is kept, as the page watches it.
 */
export function clearSession(client: QueryClient): void {
  client.setQueryData(ME, null);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
}

/** Who is signed in, once that is known; `null` is nobody. Asked once, on the first load: the cookie restores a session. */
export function useWhoIsHere() {
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

/** The user who is signed in. */
export function useMe(): Me {
  const me = useContext(Session);
  if (!me) throw new Error("Nobody is signed in here.");
  return me;
}

/** Whether the user may do it. */
export function useMay(permission: Permission): boolean {
  return isAllowed(useMe(), permission);
}

/** Ends the session, and forgets everything that was read in it. Whoever could not be signed out is told so. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      endSession(
        () => api.POST("/api/auth/logout"),
        () => clearSession(client),
      ),
    onError: (error) => notifyError("You are still signed in", error),
  });
}
