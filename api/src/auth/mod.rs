//! Authentication and authorization.
//!
//! A browser authenticates with a session cookie, a program with an API token. Passwords are hashed with argon2id,
//! tokens are stored as SHA-256. The permission table is in [`permission`]; each handler checks the permission that it
//! needs.

pub mod confirm;
pub mod cross_site;
pub mod first_run;
mod known_browser;
pub mod login;
mod login_sessions;
pub mod logout;
pub mod me;
pub mod password;
pub mod permission;
pub mod register;
pub mod session;
pub mod token;
pub mod tokens;

pub use confirm::Confirmed;
pub use permission::Permission;
pub use session::{SignedIn, User};

use crate::error::ApiError;

/// Maximum length of an e-mail address, in bytes (RFC 5321).
const MAX_EMAIL_BYTES: usize = 254;
/// Maximum length of a user's name, in characters.
const MAX_NAME_CHARS: usize = 120;

/// Normalizes an e-mail address: trimmed, lower case.
///
/// # Errors
/// When it is not an e-mail address.
pub fn email(text: &str) -> Result<String, ApiError> {
    let email = text.trim().to_lowercase();
    let is_valid = email.len() <= MAX_EMAIL_BYTES
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
        })
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if is_valid {
        Ok(email)
    } else {
        Err(ApiError::field("/email", "is not an e-mail address"))
    }
}

/// Trims and checks a user's name.
///
/// # Errors
/// When it is empty or too long.
pub fn name(text: &str) -> Result<String, ApiError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        return Err(ApiError::field(
            "/name",
            format!("must be 1 to {MAX_NAME_CHARS} characters"),
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_is_trimmed_and_lowercased() {
        assert_eq!(email(" Ada@Example.org ").expect("an address"), "ada@example.org");
    }

    #[test]
    fn malformed_email_is_refused() {
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a da@example.org",
            "a@b@c",
            &format!("{}@b", "a".repeat(254)),
        ] {
            assert!(email(text).is_err(), "{text}");
        }
    }
}
