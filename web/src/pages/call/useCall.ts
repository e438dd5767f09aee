import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";

/** The prefix of all query keys of one call; an event of the call invalidates them together. */
export const callKey = (id: string) => ["call", id] as const;

export const detailOptions = (id: string) =>
  queryOptions({
    queryKey: [...callKey(id), "detail"],
    queryFn: ({ signal }) => body(api.GET("/api/call-logs/{id}", { params: { path: { id } }, signal })),
  });

export const transcriptOptions = (id: string) =>
  queryOptions({
    queryKey: [...callKey(id), "transcript"],
    queryFn: ({ signal }) =>
      body(api.GET("/api/call-logs/{id}/transcript", { params: { path: { id } }, signal })),
  });

export const historyOptions = (id: string) =>
  queryOptions({
    queryKey: [...callKey(id), "history"],
    queryFn: ({ signal }) =>
      body(api.GET("/api/call-logs/{id}/history", { params: { path: { id } }, signal })),
  });

export const useDetail = (id: string) => useQuery(detailOptions(id));
export const useTranscript = (id: string) => useQuery(transcriptOptions(id));
export const useHistory = (id: string) => useQuery(historyOptions(id));

/** The state of the call after an event; immutable, so never stale. */
export function useAsOf(id: string, version: number) {
  return useQuery({
    queryKey: ["call-as-of", id, version],
    queryFn: ({ signal }) =>
      body(api.GET("/api/call-logs/{id}/history", { params: { path: { id }, query: { version } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
}

/** The changes that one event made to the state. */
export function useDifference(id: string, version: number) {
  const [from, to] = [String(version - 1), String(version)];
  return useQuery({
    queryKey: ["call-difference", id, version],
    queryFn: ({ signal }) =>
      body(api.GET("/api/call-logs/{id}/history", { params: { path: { id }, query: { from, to } }, signal })),
    enabled: version > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
