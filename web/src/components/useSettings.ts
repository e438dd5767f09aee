import { useQuery } from "@tanstack/react-query";
import { api, body } from "../api/client";

export const SETTINGS = ["settings"] as const;

/** The settings of the tenant. */
export function useSettings() {
  return useQuery({
    queryKey: SETTINGS,
    queryFn: () => body(api.GET("/api/settings")),
    staleTime: 60_000,
  });
}

/** The time zone of the tenant's days. */
export function useTimeZone(): string {
  return useSettings().data?.time_zone ?? "UTC";
}
