//! The permission table of the roles; the only place that mentions roles.

use infra::accounts::Role;
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! permissions {
    ($( $(#[$doc:meta])* $name:ident = $text:tt : $($role:ident)+ ),* $(,)?) => {
        /// A permission of a role.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        pub enum Permission { $( $(#[$doc])* #[serde(rename = $text)] $name ),* }

        impl Permission {
            /// All permissions.
            pub const ALL: &[Self] = &[$( Self::$name ),*];

            /// The roles that have it.
            #[must_use]
            pub const fn roles(self) -> &'static [Role] {
                match self { $( Self::$name => &[$( Role::$role ),+] ),* }
            }
        }
    };
}

permissions! {
    /// See call logs, transcripts, histories and live calls.
    ViewCalls = "view_calls": Admin Agent Auditor Analyst,
    /// Log calls by hand, edit, grade, correct, resolve and hide them.
    ReviewCalls = "review_calls": Admin Agent,
    /// Listen in, take over, transfer, hold and end active calls; call from the browser.
    HandleCalls = "handle_calls": Admin Agent,
    /// Destroy the personal values of a call or a contact.
    Erase = "erase": Admin,
    /// See contacts.
    ViewContacts = "view_contacts": Admin Agent Auditor,
    /// Add, change and remove contacts.
    EditContacts = "edit_contacts": Admin Agent,
    /// Take numbers off the do-not-call list.
    LiftSuppressions = "lift_suppressions": Admin,
    /// See agents, their hours and numbers.
    ViewAgents = "view_agents": Admin Agent Auditor Analyst,
    /// Create and change agents, opening hours, emergency closures and numbers.
    EditAgents = "edit_agents": Admin,
    /// Change the settings of the tenant: the time zone of its days.
    EditSettings = "edit_settings": Admin,
    /// Propose rules for an agent, and let a model draft them.
    ProposePersonas = "propose_personas": Admin Agent,
    /// Approve and reject proposed rules, and roll back to earlier ones.
    ApprovePersonas = "approve_personas": Admin,
    /// See dashboard and feedback figures.
    ViewFigures = "view_figures": Admin Agent Auditor Analyst,
    /// See which users are online.
    ViewPresence = "view_presence": Admin Agent Auditor Analyst,
    /// Invite and change users.
    ManageUsers = "manage_users": Admin,
    /// See read models, their lag and dead letters.
    ViewProjections = "view_projections": Admin Auditor Analyst,
    /// Rebuild read models.
    Rebuild = "rebuild": Admin Analyst,
    /// See quarantined webhooks.
    ViewQuarantine = "view_quarantine": Admin Auditor,
    /// Reingest quarantined webhooks.
    Reingest = "reingest": Admin,
}

impl Permission {
    /// Whether the role has it.
    #[must_use]
    pub fn is_granted_to(self, role: Role) -> bool {
        self.roles().contains(&role)
    }

    /// The permissions of a role.
    #[must_use]
    pub fn of(role: Role) -> Vec<Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|permission| permission.is_granted_to(role))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_has_all_permissions() {
        assert_eq!(Permission::of(Role::Admin), Permission::ALL);
    }

    #[test]
    fn auditor_has_view_permissions_only() {
        for permission in Permission::of(Role::Auditor) {
            let name = serde_json::to_value(permission).expect("a name");
            assert!(name.as_str().expect("a text").starts_with("view_"), "{name}");
        }
    }

    #[test]
    fn erase_manage_users_edit_settings_and_reingest_are_admin_only() {
        for permission in [
            Permission::Erase,
            Permission::ManageUsers,
            Permission::EditSettings,
            Permission::Reingest,
        ] {
            assert_eq!(permission.roles(), [Role::Admin]);
        }
    }
}
