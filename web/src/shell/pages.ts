import {
  IconAddressBook,
  IconBroadcast,
  IconChecklist,
  IconDatabaseCog,
  IconHeadset,
  IconLayoutDashboard,
  IconMessage2Star,
  IconPhone,
  IconUsers,
  type TablerIcon,
} from "@tabler/icons-react";
import type { Permission } from "../session/permissions";

export interface MenuEntry {
  to:
    | "/"
    | "/live"
    | "/calls"
    | "/review"
    | "/feedback"
    | "/contacts"
    | "/agents"
    | "/projections"
    | "/users";
  label: string;
  icon: TablerIcon;
  needs: Permission;
}

/** The menu, in order. Users see the pages they have permission for. */
export const PAGES: readonly MenuEntry[] = [
  { to: "/", label: "Dashboard", icon: IconLayoutDashboard, needs: "view_figures" },
  { to: "/live", label: "Live", icon: IconBroadcast, needs: "view_calls" },
  { to: "/calls", label: "Calls", icon: IconPhone, needs: "view_calls" },
  { to: "/review", label: "Review", icon: IconChecklist, needs: "review_calls" },
  { to: "/feedback", label: "Feedback", icon: IconMessage2Star, needs: "view_figures" },
  { to: "/contacts", label: "Contacts", icon: IconAddressBook, needs: "view_contacts" },
  { to: "/agents", label: "Assistants", icon: IconHeadset, needs: "view_agents" },
  { to: "/projections", label: "Projections", icon: IconDatabaseCog, needs: "view_projections" },
  { to: "/users", label: "Users", icon: IconUsers, needs: "view_users" },
];
