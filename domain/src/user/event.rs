//! Events of a user.

use super::Role;
use crate::Timestamp;
use crate::call::event::{PersonalText, events};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

events! {
    /// An event on a user's stream.
    UserEvent {
        /// An admin invited a person, who becomes this user by registering.
        UserInvited {
            email: PersonalText,
            role: Role,
            expires_at: Timestamp,
            by: String,
        },
        /// An admin revoked the invitation, or replaced it by another.
        InvitationRevoked {
            by: String,
        },
        /// The account was created: by the first user, by an invitation, or on the command line.
        UserRegistered {
            email: PersonalText,
            name: PersonalText,
            role: Role,
            /// Whether the user is an operator of the installation from the start.
            operator: bool,
            by: String,
        },
        UserRenamed {
            name: PersonalText,
            by: String,
        },
        RoleChanged {
            role: Role,
            by: String,
        },
        /// The user may not sign in any more. All login sessions have ended.
        UserDeactivated {
            by: String,
        },
        /// The user may sign in again.
        UserReactivated {
            by: String,
        },
        /// The user may operate the installation.
        OperatorGranted {
            by: String,
        },
        OperatorRevoked {
            by: String,
        },
        /// All login sessions have ended.
        PasswordChanged {
            by: String,
        },
        TokenCreated {
            token_id: String,
            /// Chosen by the user.
            label: PersonalText,
            /// Absent: it never expires.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            expires_at: Option<Timestamp>,
        },
        TokenRevoked {
            token_id: String,
            by: String,
        },
        /// The user signed in with the password.
        SignedIn {
            /// The IP address of the request.
            address: PersonalText,
        },
        SignedOut {},
        /// Someone tried to sign in with a wrong password.
        SignInFailed {
            /// Attempts within the window.
            count: u64,
            /// Length of the window.
            window_s: u64,
            /// The IP address of the requests.
            address: PersonalText,
        },
        /// The account and all personal values of its stream were destroyed.
        UserErased {
            /// Legal ground. No personal values.
            ground: String,
            by: String,
        },
    }
}

impl UserEvent {
    /// The current version of every event type.
    pub const VERSION: &str = "1.0";

    /// Event types that the service does not append yet.
    pub const UNRELEASED: &[&str] = &[];
}

impl DomainEvent for UserEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
