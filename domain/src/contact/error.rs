//! Errors of commands to a contact.

use crate::invalid::Invalid;

/// Why a command to a contact is refused. No message repeats a personal value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    #[error("there is no such contact")]
    NotFound,
    #[error("the contact exists already")]
    AlreadyExists,
    #[error("the contact was removed")]
    Removed,
    /// The personal values of the contact were destroyed.
    #[error("the contact was erased")]
    Erased,
    #[error(transparent)]
    Invalid(#[from] Invalid),
}
