//! [`Invalid`]: a field of a command that is refused. The message never repeats the value.

use crate::personal::Personal;
use crate::phone::is_e164;

/// A field of a command that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct Invalid {
    pub field: &'static str,
    /// What is wrong with the field, as the rest of a sentence that starts with its name: `is empty`.
    pub problem: String,
}

impl Invalid {
    /// A field and its problem.
    #[must_use]
    pub fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self {
            field,
            problem: problem.into(),
        }
    }
}

/// Refuses a text that is blank or has more than `max` characters.
///
/// # Errors
/// Names the field and the limit.
pub(crate) fn non_blank(field: &'static str, text: &str, max: usize) -> Result<(), Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    at_most(field, text, max)
}

/// Refuses a text that has more than `max` characters.
///
/// # Errors
/// Names the field and the limit.
pub(crate) fn at_most(field: &'static str, text: &str, max: usize) -> Result<(), Invalid> {
    if text.chars().count() > max {
        return Err(Invalid::new(field, format!("has more than {max} characters")));
    }
    Ok(())
}

/// Refuses a number that is not E.164.
///
/// # Errors
/// Names the field.
pub(crate) fn e164(field: &'static str, number: &str) -> Result<(), Invalid> {
    if is_e164(number) {
        Ok(())
    } else {
        Err(Invalid::new(field, "is not a number in E.164 form"))
    }
}

/// The text of a personal value in a command. Refuses a sealed or erased one.
///
/// # Errors
/// Names the field.
pub(crate) fn readable<'a>(field: &'static str, value: &'a Personal<String>) -> Result<&'a str, Invalid> {
    value.text().ok_or_else(|| Invalid::new(field, "cannot be read"))
}
