import type { Me } from "../api/types";

/** What a role may do; the service decides, pages only leave out what it would refuse. */
export type Permission =
  | "view_calls"
  | "review_calls"
  | "handle_calls"
  | "erase"
  | "view_contacts"
  | "edit_contacts"
  | "view_agents"
  | "edit_agents"
  | "propose_personas"
  | "approve_personas"
  | "view_figures"
  | "view_presence"
  | "manage_users"
  | "view_projections"
  | "rebuild"
  | "view_unrouted"
  | "reingest";

export function isAllowed(me: Me, permission: Permission): boolean {
  return me.permissions.includes(permission);
}

/** The roles, as people name them. */
export const ROLES: Record<string, { label: string; does: string }> = {
  admin: { label: "Admin", does: "Everything, users included" },
  agent: { label: "Agent", does: "Takes part in calls, reviews them, keeps contacts" },
  auditor: { label: "Auditor", does: "Sees everything, changes nothing" },
  analyst: { label: "Analyst", does: "Sees calls and figures, rebuilds read models" },
};

export function roleLabel(role: string): string {
  return ROLES[role]?.label ?? role;
}
