import { useQuery } from "@tanstack/react-query";
import type { Health } from "../api/types";
import { HEALTH, health } from "../feed/baseline";

/** The service's telephone network; undefined until it is loaded. It does not change while the service runs. */
export function useNetwork(): Pick<Health, "telephone_network" | "sandbox" | "language_model"> | undefined {
  return useQuery({ queryKey: HEALTH, queryFn: health, staleTime: Number.POSITIVE_INFINITY }).data;
}
