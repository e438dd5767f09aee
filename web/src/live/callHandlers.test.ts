import { expect, it } from "vitest";
import { callHandlers } from "./callHandlers";

const user = (id: string, role: string) => ({
  user_id: id,
  role,
  name: id,
  live: true,
  seen_at: "2026-01-01T10:00:00Z",
});

it("callHandlers returns admins and team members other than the user", () => {
  const users = [
    user("me", "admin"),
    user("other", "admin"),
    user("agent", "agent"),
    user("auditor", "auditor"),
    user("analyst", "analyst"),
  ];
  expect(callHandlers(users, "me").map(({ user_id: id }) => id)).toEqual(["other", "agent"]);
});
