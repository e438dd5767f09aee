import type { components } from "../api/schema";

type User = components["schemas"]["ActiveUser"];

/** The colleagues who may speak with callers; the service refuses to ring anybody else. */
export function callHandlers(users: readonly User[], myId: string): User[] {
  return users.filter(({ user_id: id, role }) => id !== myId && (role === "admin" || role === "agent"));
}
