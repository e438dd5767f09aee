//! Decisions of a contact.

use super::command::ContactCommand;
use super::error::ContactError;
use super::event::ContactEvent;
use super::state::Contact;
use crate::call::event::PersonalText;
use crate::decide::unless_known;
use crate::invalid::{Invalid, e164, non_blank, readable};

/// Maximum length of a name, in characters.
const MAX_NAME: usize = 200;
/// Maximum length of the ground of an erasure, in characters.
const MAX_GROUND: usize = 500;

/// The events, or the error with which the command is refused.
type Decision = Result<Vec<ContactEvent>, ContactError>;

/// Decides a command.
///
/// # Errors
/// When the command is refused.
pub fn decide(contact: &Contact, command: &ContactCommand) -> Decision {
    let at = command.at();
    if let ContactCommand::Add { name, phone, by, .. } = command {
        if contact.exists() {
            return Err(ContactError::AlreadyExists);
        }
        validate(name, Some(phone))?;
        return Ok(vec![ContactEvent::ContactAdded {
            at,
            name: name.clone(),
            phone: phone.clone(),
            by: by.clone(),
        }]);
    }
    if !contact.exists() {
        return Err(ContactError::NotFound);
    }
    match command {
        ContactCommand::Rename { name, phone, by, .. } => {
            if contact.erased {
                return Err(ContactError::Erased);
            }
            if contact.removed {
                return Err(ContactError::Removed);
            }
            validate(name, phone.as_ref())?;
            let phone = phone.clone().filter(|phone| contact.phone.as_ref() != Some(phone));
            let nothing = phone.is_none() && contact.name.as_ref() == Some(name);
            unless_known(
                nothing,
                ContactEvent::ContactRenamed {
                    at,
                    name: name.clone(),
                    phone,
                    by: by.clone(),
                },
            )
        }
        ContactCommand::Remove { by, .. } => {
            unless_known(contact.removed, ContactEvent::ContactRemoved { at, by: by.clone() })
        }
        ContactCommand::Erase { ground, by, .. } => {
            non_blank("ground", ground, MAX_GROUND)?;
            unless_known(
                contact.erased,
                ContactEvent::ContactErased {
                    at,
                    ground: ground.clone(),
                    by: by.clone(),
                },
            )
        }
        ContactCommand::Add { .. } => Err(ContactError::AlreadyExists),
    }
}

fn validate(name: &PersonalText, phone: Option<&PersonalText>) -> Result<(), Invalid> {
    non_blank("name", readable("name", name)?, MAX_NAME)?;
    phone.map_or(Ok(()), |phone| e164("phone", readable("phone", phone)?))
}
