//! Why a command to a contact is refused.

use crate::invalid::Invalid;

/// Why a command to a contact is refused. No message repeats a personal value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// There is no such contact.
    #[error("there is no such contact")]
    NotFound,
    /// A contact of this identifier exists.
    #[error("the contact exists already")]
    AlreadyExists,
    /// The person was taken out of the contacts.
    #[error("the contact was removed")]
    Removed,
    /// The contact's personal values were destroyed.
    #[error("the contact was erased")]
    Erased,
    /// A field cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}
