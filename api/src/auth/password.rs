//! Passwords: argon2id, hashed on blocking threads with limited concurrency.

use crate::error::ApiError;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use infra::clock::random_bytes;
use infra::secret::Secret;
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Minimum length of a password, in characters.
const MIN_CHARS: usize = 10;
/// Maximum length of a password, in characters: hashing long ones would be a denial of service.
const MAX_CHARS: usize = 200;

/// Maximum number of concurrent hashes: each takes 19 MiB and a core, and more would starve the webhooks.
static HASH_PERMITS: Semaphore = Semaphore::const_new(2);

/// Hash of a random password, verified for unknown users so that both responses take equally long.
static DUMMY_HASH: LazyLock<String> =
    LazyLock::new(|| hash_now(&const_hex::encode(random_bytes::<16>())).unwrap_or_default());

/// Refuses a password that is too short or too long.
///
/// # Errors
/// Names the field and the limits.
pub fn check(password: &Secret) -> Result<(), ApiError> {
    let length = password.expose().chars().count();
    if (MIN_CHARS..=MAX_CHARS).contains(&length) {
        return Ok(());
    }
    Err(ApiError::field(
        "/password",
        format!("must have {MIN_CHARS} to {MAX_CHARS} characters"),
    ))
}

/// Hashes a password, in PHC string format.
///
/// # Errors
/// 500 when hashing fails.
pub async fn hash(password: Secret) -> Result<String, ApiError> {
    off_thread(move || hash_now(password.expose()))
        .await?
        .map_err(|error| hash_error(&error))
}

/// Verifies a password. Without a hash the result is `false`, after the same time.
///
/// # Errors
/// 500 when verifying fails.
pub async fn verify(password: Secret, hash: Option<String>) -> Result<bool, ApiError> {
    off_thread(move || {
        let is_known_user = hash.is_some();
        let hash = hash.unwrap_or_else(|| DUMMY_HASH.clone());
        let matches = PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.expose().as_bytes(), &hash)
                .is_ok()
        });
        matches & is_known_user
    })
    .await
}

fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = SaltString::encode_b64(&random_bytes::<16>())?;
    // `Argon2::default()` is argon2id with the parameters that OWASP recommends: 19 MiB, 2 passes, 1 lane.
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let _permit = HASH_PERMITS.acquire().await.map_err(ApiError::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
}

fn hash_error(error: &argon2::password_hash::Error) -> ApiError {
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
    async fn password_without_a_hash_does_not_verify() {
        assert!(!verify(Secret::new("correct horse"), None).await.expect("verified"));
    }

    #[test]
    fn short_password_is_refused() {
        assert!(check(&Secret::new("short")).is_err());
        assert!(check(&Secret::new("long enough")).is_ok());
    }
}
