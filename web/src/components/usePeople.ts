import { useQuery } from "@tanstack/react-query";
import { api, body } from "../api/client";
import { useMay, useMe } from "../session/session";

/** Names of users by their identifier. Only admins may ask for all of them: others know those who are here. */
export function usePeople(): (userId: string | null | undefined) => string {
  const me = useMe();
  const isAdmin = useMay("manage_users");
  const here = useActiveUsers();
  const all = useQuery({
    queryKey: ["users"],
    queryFn: () => body(api.GET("/api/users")),
    enabled: isAdmin,
    staleTime: 60_000,
  });
  return (userId) => {
    if (!userId) return "";
    if (userId === me.user_id) return "you";
    const known =
      all.data?.find((user) => user.user_id === userId) ?? here.data?.find((user) => user.user_id === userId);
    return known?.name ?? "a colleague";
  };
}

/** Who is here now. */
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
