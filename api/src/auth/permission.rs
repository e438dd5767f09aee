//! What each role may do: one table, and nothing about roles anywhere else.

use infra::accounts::Role;
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! permissions {
    ($( $(#[$doc:meta])* $name:ident = $text:tt : $($role:ident)+ ),* $(,)?) => {
        /// Something that a role may or may not do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        pub enum Permission { $( $(#[$doc])* #[serde(rename = $text)] $name ),* }

        impl Permission {
            /// All of them.
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
    /// Create calls by hand, edit, grade, correct, resolve and hide them.
    ReviewCalls = "review_calls": Admin Agent,
    /// Take part in calls that go on: end them, call from the browser.
    HandleCalls = "handle_calls": Admin Agent,
    /// Destroy the personal values of a call or a contact.
    Erase = "erase": Admin,
    /// See contacts.
    ViewContacts = "view_contacts": Admin Agent Auditor,
    /// Add, change and remove contacts.
    EditContacts = "edit_contacts": Admin Agent,
    /// See agents, their hours and numbers.
    ViewAgents = "view_agents": Admin Agent Auditor Analyst,
    /// Create and change agents, hours, the emergency switch and numbers.
    EditAgents = "edit_agents": Admin,
    /// Propose rules that an agent is to keep, and have a model draft them.
    ProposePersonas = "propose_personas": Admin Agent,
    /// Approve and reject such rules, and go back to earlier ones.
    ApprovePersonas = "approve_personas": Admin,
    /// See dashboard and feedback figures.
    ViewFigures = "view_figures": Admin Agent Auditor Analyst,
    /// See who is here.
    ViewPresence = "view_presence": Admin Agent Auditor Analyst,
    /// Invite and change users.
    ManageUsers = "manage_users": Admin,
    /// See read models, their lag and dead letters.
    ViewProjections = "view_projections": Admin Auditor Analyst,
    /// Rebuild read models.
    Rebuild = "rebuild": Admin Analyst,
    /// See callbacks that could not be understood.
    ViewQuarantine = "view_quarantine": Admin Auditor,
    /// Read such callbacks again.
    Reingest = "reingest": Admin,
}

impl Permission {
    /// Whether the role has it.
    #[must_use]
    pub fn is_granted_to(self, role: Role) -> bool {
        self.roles().contains(&role)
    }

    /// Everything that a role may do.
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
    fn an_admin_may_do_everything() {
        assert_eq!(Permission::of(Role::Admin), Permission::ALL);
    }

    #[test]
    fn an_auditor_changes_nothing() {
        for permission in Permission::of(Role::Auditor) {
            let word = serde_json::to_value(permission).expect("a word");
            assert!(word.as_str().expect("a text").starts_with("view_"), "{word}");
        }
    }

    #[test]
    fn only_admins_erase_and_manage_users() {
        for permission in [Permission::Erase, Permission::ManageUsers, Permission::Reingest] {
            assert_eq!(permission.roles(), [Role::Admin]);
        }
    }
}
