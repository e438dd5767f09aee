//! The permission table of the roles and of operators; the only place that mentions roles.

use infra::accounts::{Role, User};
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! permissions {
    ($( $(#[$doc:meta])* $name:ident = $text:tt : $($role:ident)* ),* $(,)?) => {
        /// A permission of a role.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        pub enum Permission { $( $(#[$doc])* #[serde(rename = $text)] $name ),* }

        impl Permission {
            /// All permissions.
            pub const ALL: &[Self] = &[$( Self::$name ),*];

            /// The roles that have it. None: it concerns all tenants, and operators of the installation have it.
            #[must_use]
            pub const fn roles(self) -> &'static [Role] {
                match self { $( Self::$name => &[$( Role::$role ),*] ),* }
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
    /// See users and what was done to them.
    ViewUsers = "view_users": Admin Auditor,
    /// Invite and change users.
    ManageUsers = "manage_users": Admin,
    /// See read models, their lag and dead letters.
    ViewProjections = "view_projections": Admin Auditor Analyst,
    /// Compare a read model with one that is built from the log, without switching.
    CompareReadModels = "compare_read_models": Admin Analyst,
    /// Rebuild read models and switch to them: all tenants share them.
    Rebuild = "rebuild": ,
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

    /// Whether the user has it, by the role or as an operator of the installation.
    #[must_use]
    pub fn is_granted_to_user(self, user: &User) -> bool {
        self.is_granted_to(user.role)
            || user.operator
                && (self.is_for_operators() || matches!(self, Self::ViewProjections | Self::CompareReadModels))
    }

    /// Whether it concerns the installation and not one tenant.
    #[must_use]
    pub const fn is_for_operators(self) -> bool {
        self.roles().is_empty()
    }

    /// The permissions of a user.
    #[must_use]
    pub fn of(user: &User) -> Vec<Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|permission| permission.is_granted_to_user(user))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(role: Role, operator: bool) -> User {
        User {
            user_id: "user_1".into(),
            tenant: "default".into(),
            email: "ada@example.org".into(),
            name: "Ada".into(),
            role,
            operator,
            password_hash: String::new(),
            active: true,
            created_at: 0,
            last_seen_at: None,
        }
    }

    #[test]
    fn admin_has_all_permissions_of_the_tenant_and_operator_those_of_the_installation() {
        let of_tenant: Vec<_> = Permission::ALL
            .iter()
            .copied()
            .filter(|permission| !permission.is_for_operators())
            .collect();
        assert_eq!(Permission::of(&user(Role::Admin, false)), of_tenant);
        assert_eq!(Permission::of(&user(Role::Admin, true)), Permission::ALL);
        for role in Role::ALL {
            assert!(!Permission::Rebuild.is_granted_to_user(&user(*role, false)), "{role}");
            assert!(Permission::Rebuild.is_granted_to_user(&user(*role, true)), "{role}");
        }
    }

    #[test]
    fn auditor_has_view_permissions_only() {
        for permission in Permission::of(&user(Role::Auditor, false)) {
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
