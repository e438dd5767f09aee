//! Passwords: argon2id, off the async threads, a few at a time.

use crate::error::ApiError;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use infra::clock::random_bytes;
use infra::config::Secret;
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Shorter ones are guessed; longer ones are an attempt to keep us busy.
const SHORTEST: usize = 10;
const LONGEST: usize = 200;

/// Each hash takes 19 MiB and a core: more at once would starve the webhooks.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// A hash of nothing anybody knows: verified for users that do not exist, so that both answers take equally long.
static NOBODYS: LazyLock<String> =
    LazyLock::new(|| hash_now(&crate::web::hex(&random_bytes::<16>())).unwrap_or_default());

/// Refuses a password that is too short or too long.
///
/// # Errors
/// Names the field and the limits.
pub fn check(password: &Secret) -> Result<(), ApiError> {
    let length = password.expose().chars().count();
    if (SHORTEST..=LONGEST).contains(&length) {
        return Ok(());
    }
    Err(ApiError::field(
        "/password",
        format!("must have {SHORTEST} to {LONGEST} characters"),
    ))
}

/// The password as it is kept, in PHC form.
///
/// # Errors
/// When hashing fails, which is a fault of ours.
pub async fn hash(password: Secret) -> Result<String, ApiError> {
    off_thread(move || hash_now(password.expose()))
        .await?
        .map_err(|error| inside(&error))
}

/// Whether the password is the one that was hashed. Without a hash it is not, and that takes as long to find out.
///
/// # Errors
/// When verifying fails, which is a fault of ours.
pub async fn verify(password: Secret, hash: Option<String>) -> Result<bool, ApiError> {
    off_thread(move || {
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.clone());
        let matches = PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.expose().as_bytes(), &hash)
                .is_ok()
        });
        matches & is_somebody
    })
    .await
}

fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = SaltString::encode_b64(&random_bytes::<16>())?;
    // `Argon2::default()` is argon2id with the parameters that OWASP recommends: 19 MiB, 2 passes, 1 lane.
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let _permit = AT_ONCE.acquire().await.map_err(ApiError::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
}

fn inside(error: &argon2::password_hash::Error) -> ApiError {
    ApiError::Internal(anyhow::anyhow!("hashing a password: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_verifies() {
        let hash = hash(Secret::new("correct horse")).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$"));
        assert!(
            verify(Secret::new("correct horse"), Some(hash.clone()))
                .await
                .expect("verified")
        );
        assert!(
            !verify(Secret::new("battery staple"), Some(hash))
                .await
                .expect("verified")
        );
    }

    #[tokio::test]
    async fn nobodys_password_is_never_right() {
        assert!(!verify(Secret::new("correct horse"), None).await.expect("verified"));
    }

    #[test]
    fn a_short_password_is_refused_by_name() {
        assert!(check(&Secret::new("short")).is_err());
        assert!(check(&Secret::new("long enough")).is_ok());
    }
}
