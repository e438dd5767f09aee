import { useQuery } from "@tanstack/react-query";
import type { Health } from "../api/types";
import { HEALTH, health } from "../feed/baseline";

/** The telephone network behind the service; undefined until the service has said which it is. It does not change. */
export function useNetwork(): Pick<Health, "telephone_network" | "sandbox" | "language_model"> | undefined {
  return useQuery({ queryKey: HEALTH, queryFn: health, staleTime: Number.POSITIVE_INFINITY }).data;
}
