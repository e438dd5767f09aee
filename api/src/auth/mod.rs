//! Who is asking, and what they may do.
//!
//! A browser proves itself by a session cookie, a program by an API token. Passwords are hashed with argon2id, tokens are
//! kept as SHA-256. The permission table is in [`permission`]; each handler names the permission that it needs.

pub mod cross_site;
pub mod first_run;
pub mod login;
pub mod logout;
pub mod me;
pub mod password;
pub mod permission;
pub mod register;
pub mod session;
pub mod token;
pub mod tokens;

pub use permission::Permission;
pub use session::{SignedIn, User};

use crate::error::ApiError;

/// The longest e-mail address (RFC 5321).
const LONGEST_EMAIL: usize = 254;
/// The longest name of a person.
const LONGEST_NAME: usize = 120;

/// An e-mail address in the form in which it is kept.
///
/// # Errors
/// When it is none.
pub fn email(text: &str) -> Result<String, ApiError> {
    let email = text.trim().to_lowercase();
    let is_one = email.len() <= LONGEST_EMAIL
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
        })
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if is_one {
        Ok(email)
    } else {
        Err(ApiError::field("/email", "is not an e-mail address"))
    }
}

/// A person's name in the form in which it is kept.
///
/// # Errors
/// When it is empty or too long.
pub fn name(text: &str) -> Result<String, ApiError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::field(
            "/name",
            format!("must be 1 to {LONGEST_NAME} characters"),
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case() {
        assert_eq!(email(" Ada@Example.org ").expect("an address"), "ada@example.org");
    }

    #[test]
    fn what_is_no_address_is_refused() {
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
