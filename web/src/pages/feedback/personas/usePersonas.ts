import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body, type WriteResponse, writeResponse } from "../../../api/client";
import type { Personas } from "../../../api/types";
import { notifyError, notifySuccess } from "../../../components/notify";
import type { CorrectionId } from "./history";

/** A child of the agent's key, so that the feed invalidates both together. */
const personasKey = (agentId: string) => ["agent", agentId, "personas"] as const;

/** The persona versions of an agent, latest first, paged. */
export function usePersonas(agentId: string) {
  return useInfiniteQuery({
    queryKey: personasKey(agentId),
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/agents/{id}/personas", {
          params: { path: { id: agentId }, query: { before: pageParam } },
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page: Personas) => page.earlier ?? undefined,
  });
}

/** The corrections on an agent's calls, latest first. */
export function useCorrectionsOf(agentId: string) {
  return useQuery({
    queryKey: ["feedback", "corrections", agentId],
    queryFn: () => body(api.GET("/api/feedback", { params: { query: { days: 1, agent: agentId } } })),
    select: ({ corrections }) => corrections,
  });
}

/** A write to an agent's personas; it applies from the next call on. */
function usePersonaWrite<V>(
  agentId: string,
  failure: string,
  done: (change: V) => string,
  send: (change: V) => Promise<WriteResponse<Personas>>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async (_answer, change) => {
      notifySuccess(done(change));
      await Promise.all([
        client.invalidateQueries({ queryKey: ["agent", agentId] }),
        client.invalidateQueries({ queryKey: ["agents"] }),
      ]);
    },
    onError: (error) => notifyError(failure, error),
  });
}

export interface Proposal {
  rules: string[];
  sources: CorrectionId[];
}

export function usePropose(agentId: string) {
  return usePersonaWrite<Proposal>(
    agentId,
    "Rules not proposed",
    () => "Proposed. The rules apply once an admin approves them.",
    (proposal) =>
      writeResponse(
        api.POST("/api/agents/{id}/personas", { params: { path: { id: agentId } }, body: proposal }),
      ),
  );
}

export function useApprove(agentId: string) {
  return usePersonaWrite<number>(
    agentId,
    "Version not approved",
    (version) => `Version ${version} approved. Applies from the next call.`,
    (version) => writeResponse(api.POST("/api/agents/{id}/personas/{version}/approve", of(agentId, version))),
  );
}

export function useReject(agentId: string) {
  return usePersonaWrite<number>(
    agentId,
    "Version not rejected",
    (version) => `Version ${version} rejected.`,
    (version) => writeResponse(api.POST("/api/agents/{id}/personas/{version}/reject", of(agentId, version))),
  );
}

export function useRollBack(agentId: string) {
  return usePersonaWrite<number>(
    agentId,
    "Not rolled back",
    (version) =>
      version === 0
        ? "Rolled back to the base prompt. Applies from the next call."
        : `Rolled back to version ${version}. Applies from the next call.`,
    (version) =>
      writeResponse(api.POST("/api/agents/{id}/personas/{version}/rollback", of(agentId, version))),
  );
}

const of = (id: string, version: number) => ({ params: { path: { id, version } } });

/** Asks the language model to draft rules from corrections; stores nothing. */
export function useDraft(agentId: string) {
  return useMutation({
    mutationFn: (sources: CorrectionId[]) =>
      body(
        api.POST("/api/agents/{id}/personas/draft", {
          params: { path: { id: agentId } },
          body: { sources },
        }),
      ),
    onError: (error) => notifyError("Rules could not be drafted", error),
  });
}
