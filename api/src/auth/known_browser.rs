//! A browser in which an account has signed in before. Password attempts from elsewhere do not lock it out.
//!
//! The cookie is a keyed digest of the account; its key is the stored hash of the password. So it needs no table, another
//! account's is of no use, and a new password ends it.

use super::User;
use axum::http::{HeaderMap, HeaderName, header};
use axum_extra::extract::cookie::CookieJar;
use infra::config::Config;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Name of the cookie.
const COOKIE: &str = "call_ledger_known";
/// A year, in seconds.
const MAX_AGE_S: u32 = 31_536_000;

/// Whether the request comes from a browser in which this account has signed in before.
#[must_use]
pub fn is_known(headers: &HeaderMap, user: Option<&User>) -> bool {
    let jar = CookieJar::from_headers(headers);
    let (Some(user), Some(cookie)) = (user, jar.get(COOKIE)) else {
        return false;
    };
    bool::from(mark(user).as_bytes().ct_eq(cookie.value().as_bytes()))
}

/// Marks the browser of a response as one of this account, as a `Set-Cookie` header.
#[must_use]
pub fn cookie(config: &Config, user: &User) -> (HeaderName, String) {
    let secure = if config.is_https() { "; Secure" } else { "" };
    let value = mark(user);
    let cookie =
        format!("{COOKIE}={value}; Path=/api/auth/login; Max-Age={MAX_AGE_S}; HttpOnly; SameSite=Strict{secure}");
    (header::SET_COOKIE, cookie)
}

/// The stored hash is longer than a block of SHA-256, and every part has a fixed length or ends with a separator, so the
/// digest over it is as good as a keyed one.
fn mark(user: &User) -> String {
    let mut digest = Sha256::new();
    for part in ["known browser", &user.user_id, &user.password_hash] {
        digest.update(Sha256::digest(part.as_bytes()));
    }
    const_hex::encode(digest.finalize())
}
