import { useQuery } from "@tanstack/react-query";
import { api, body } from "../api/client";
import { useMay, useMe } from "../session/session";

/** Returns a lookup of user names by identifier; the signed-in user is "you". */
export function useUserName(): (userId: string | null | undefined) => string {
  const me = useMe();
  const may = useMay("view_presence");
  const colleagues = useQuery({
    queryKey: ["colleagues"],
    queryFn: () => body(api.GET("/api/colleagues")),
    enabled: may,
    staleTime: 60_000,
  });
  return (userId) => {
    if (!userId) return "";
    if (userId === me.user_id) return "you";
    return colleagues.data?.find((user) => user.user_id === userId)?.name ?? "a team member";
  };
}

/** Lists the users who are online. */
export function useActiveUsers() {
  const may = useMay("view_presence");
  return useQuery({
    queryKey: ["active-users"],
    queryFn: () => body(api.GET("/api/active-users")),
    enabled: may,
    staleTime: 30_000,
    refetchInterval: 60_000,
  });
}
