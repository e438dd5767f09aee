import type { components } from "../api/schema";

type User = components["schemas"]["ActiveUser"];

/** The other users who may handle calls; the service refuses to ring users of other roles. */
export function callHandlers(users: readonly User[], myId: string): User[] {
  return users.filter(({ user_id: id, role }) => id !== myId && (role === "admin" || role === "agent"));
}
