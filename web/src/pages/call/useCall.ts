import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, body, positionOf } from "../../api/client";
import type { CallDetail, History, Transcript } from "../../api/types";
import { callKeys, queryUpdates } from "../../feed/QueryUpdates";

// The feed keeps these up to date: it completes each answer with the events since, and applies later events to it.

export const detailOptions = (id: string) =>
  queryOptions({
    queryKey: callKeys.detail(id),
    queryFn: async ({ client, signal }) => {
      const { data, response } = await api.GET("/api/call-logs/{id}", { params: { path: { id } }, signal });
      return queryUpdates(client).completeDetail(id, data as CallDetail, positionOf(response));
    },
  });

export const transcriptOptions = (id: string) =>
  queryOptions({
    queryKey: callKeys.transcript(id),
    queryFn: async ({ client, signal }) => {
      const params = { path: { id } };
      const { data, response } = await api.GET("/api/call-logs/{id}/transcript", { params, signal });
      return queryUpdates(client).completeTranscripts(id, data as Transcript[], positionOf(response));
    },
  });

export const historyOptions = (id: string) =>
  queryOptions({
    queryKey: callKeys.history(id),
    queryFn: async ({ client, signal }) => {
      const { data } = await api.GET("/api/call-logs/{id}/history", { params: { path: { id } }, signal });
      return queryUpdates(client).completeHistory(data as History);
    },
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
