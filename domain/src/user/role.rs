//! [`Role`]: what a user may do in a tenant.

use crate::call::value::{UnknownWord, text_enum};

text_enum! {
    /// The role of a user.
    Role {
        /// Has all permissions of the tenant.
        Admin = "admin",
        /// A team member, who takes, reviews and grades calls.
        Agent = "agent",
        /// Reads everything and changes nothing.
        Auditor = "auditor",
        /// Reads, and compares read models.
        Analyst = "analyst",
    }
}

impl TryFrom<String> for Role {
    type Error = UnknownWord;

    fn try_from(text: String) -> Result<Self, UnknownWord> {
        text.parse()
    }
}
