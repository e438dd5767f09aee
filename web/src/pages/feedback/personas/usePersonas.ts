import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body, type Written, written } from "../../../api/client";
import type { Personas } from "../../../api/types";
import { tellDone, tellProblem } from "../../../components/notify";
import type { CorrectionName } from "./history";

/** Below the agent's own key: the feed marks both as stale together. */
const personasKey = (agentId: string) => ["agent", agentId, "personas"] as const;

/** The versions of an agent's persona, the latest first; earlier ones page by page. */
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

/** What reviewers wrote about an agent's calls, the latest first. */
export function useCorrectionsOf(agentId: string) {
  return useQuery({
    queryKey: ["feedback", "corrections", agentId],
    queryFn: () => body(api.GET("/api/feedback", { params: { query: { days: 1, agent: agentId } } })),
    select: ({ corrections }) => corrections,
  });
}

/** A change of an agent's personas: what it is when the answer is here holds from the next call on. */
function usePersonaWrite<V>(
  agentId: string,
  failure: string,
  done: (wish: V) => string,
  send: (wish: V) => Promise<Written<Personas>>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async (_answer, wish) => {
      tellDone(done(wish));
      await Promise.all([
        client.invalidateQueries({ queryKey: ["agent", agentId] }),
        client.invalidateQueries({ queryKey: ["agents"] }),
      ]);
    },
    onError: (error) => tellProblem(failure, error),
  });
}

export interface Proposal {
  rules: string[];
  sources: CorrectionName[];
}

export function usePropose(agentId: string) {
  return usePersonaWrite<Proposal>(
    agentId,
    "Nothing was proposed",
    () => "Proposed. It is used once an admin has approved it.",
    (proposal) =>
      written(api.POST("/api/agents/{id}/personas", { params: { path: { id: agentId } }, body: proposal })),
  );
}

export function useApprove(agentId: string) {
  return usePersonaWrite<number>(
    agentId,
    "Nothing was approved",
    (version) => `Version ${version} is used from the next call on.`,
    (version) => written(api.POST("/api/agents/{id}/personas/{version}/approve", of(agentId, version))),
  );
}

export function useReject(agentId: string) {
  return usePersonaWrite<number>(
    agentId,
    "Nothing was rejected",
    (version) => `Version ${version} will not be used.`,
    (version) => written(api.POST("/api/agents/{id}/personas/{version}/reject", of(agentId, version))),
  );
}

export function useRollBack(agentId: string) {
  return usePersonaWrite<number>(
    agentId,
    "The agent speaks as before",
    (version) =>
      version === 0
        ? "The agent speaks by its prompt alone from the next call on."
        : `Version ${version} is used again from the next call on.`,
    (version) => written(api.POST("/api/agents/{id}/personas/{version}/rollback", of(agentId, version))),
  );
}

const of = (id: string, version: number) => ({ params: { path: { id, version } } });

/** Has the model condense corrections into rules; nothing is changed by it. */
export function useDraft(agentId: string) {
  return useMutation({
    mutationFn: (sources: CorrectionName[]) =>
      body(
        api.POST("/api/agents/{id}/personas/draft", {
          params: { path: { id: agentId } },
          body: { sources },
        }),
      ),
    onError: (error) => tellProblem("The model wrote no rules", error),
  });
}
