//! What follows from a command to a contact.

use super::command::ContactCommand;
use super::error::ContactError;
use super::event::ContactEvent;
use super::state::Contact;
use crate::call::event::PersonalText;
use crate::decide::unless;
use crate::invalid::{Invalid, e164, open, words};

/// As long as a name may be, in characters.
const MAX_NAME: usize = 200;
/// As long as a reason may be, in characters.
const MAX_REASON: usize = 500;

/// Events, or why there are none.
type Decision = Result<Vec<ContactEvent>, ContactError>;

/// What follows from the command.
///
/// # Errors
/// When the command is refused.
pub fn decide(contact: &Contact, command: &ContactCommand) -> Decision {
    let at = command.at();
    if let ContactCommand::Add { name, phone, by, .. } = command {
        if contact.exists() {
            return Err(ContactError::AlreadyExists);
        }
        acceptable(name, Some(phone))?;
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
            acceptable(name, phone.as_ref())?;
            let phone = phone.clone().filter(|phone| contact.phone.as_ref() != Some(phone));
            let nothing = phone.is_none() && contact.name.as_ref() == Some(name);
            unless(
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
            unless(contact.removed, ContactEvent::ContactRemoved { at, by: by.clone() })
        }
        ContactCommand::Erase { ground, by, .. } => {
            words("ground", ground, MAX_REASON)?;
            unless(
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

fn acceptable(name: &PersonalText, phone: Option<&PersonalText>) -> Result<(), Invalid> {
    words("name", open("name", name)?, MAX_NAME)?;
    phone.map_or(Ok(()), |phone| e164("phone", open("phone", phone)?))
}
