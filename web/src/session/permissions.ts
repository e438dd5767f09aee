import type { Me } from "../api/types";

/** A permission of a role, or of operators of the installation. The service enforces permissions; pages only hide what it would refuse. */
export type Permission =
  | "view_calls"
  | "review_calls"
  | "handle_calls"
  | "erase"
  | "view_contacts"
  | "edit_contacts"
  | "lift_suppressions"
  | "view_agents"
  | "edit_agents"
  | "edit_settings"
  | "propose_personas"
  | "approve_personas"
  | "view_figures"
  | "view_presence"
  | "view_users"
  | "manage_users"
  | "view_projections"
  | "compare_read_models"
  | "rebuild"
  | "view_quarantine"
  | "reingest";

export function isAllowed(me: Me, permission: Permission): boolean {
  return me.permissions.includes(permission);
}

/** Display names and descriptions of the roles. */
export const ROLES: Record<string, { label: string; description: string }> = {
  admin: { label: "Admin", description: "Full access, including users" },
  agent: { label: "Team member", description: "Handles and reviews calls, edits contacts" },
  auditor: { label: "Auditor", description: "Read-only access to everything" },
  analyst: { label: "Analyst", description: "Views calls and figures, compares read models" },
};

export function roleLabel(role: string): string {
  return ROLES[role]?.label ?? role;
}
