//! The cipher: XChaCha20-Poly1305 with a random nonce and a key commitment.
//!
//! Sealed bytes are `version (1) || commitment (32) || nonce (24) || ciphertext and tag`. The commitment is there because
//! this cipher does not commit to its key: without it, bytes could be made that open under two keys to two texts.
//! (draft-irtf-cfrg-xchacha, section 2; RFC 5869 for the derivations.)

use super::KeyError;
use crate::clock::random_bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const COMMITMENT: usize = 32;
const NONCE: usize = 24;
const HEADER: usize = 1 + COMMITMENT + NONCE;

/// A key that seals. Its bytes are wiped when it is dropped, and never shown.
#[derive(Clone)]
pub(crate) struct SealingKey {
    bytes: Zeroizing<[u8; 32]>,
    cipher: XChaCha20Poly1305,
    commitment: [u8; COMMITMENT],
}

impl SealingKey {
    /// A key that nobody has had before.
    pub fn random() -> Self {
        Self::new(random_bytes())
    }

    /// The key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        let derive = Hkdf::<Sha256>::new(None, &bytes);
        let (mut sealing, mut commitment) = (Zeroizing::new([0; 32]), [0; COMMITMENT]);
        for (info, output) in [
            (&b"call-ledger/seal/v1"[..], &mut *sealing),
            (b"call-ledger/commit/v1", &mut commitment),
        ] {
            derive
                .expand(info, output)
                .expect("32 bytes are within what HKDF-SHA256 gives");
        }
        Self {
            bytes: Zeroizing::new(bytes),
            cipher: XChaCha20Poly1305::new((&*sealing).into()),
            commitment,
        }
    }

    /// The key's own bytes, for wrapping.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// What the key commits to; tells nothing of the key.
    pub const fn commitment(&self) -> &[u8; COMMITMENT] {
        &self.commitment
    }

    /// Seals `plain` for the place named by `place`; opens nowhere else. Base64.
    pub fn seal(&self, plain: &[u8], place: &[u8]) -> String {
        let nonce: [u8; NONCE] = random_bytes();
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: place })
            .expect("a value in memory is shorter than what the cipher takes");
        let mut bytes = Vec::with_capacity(HEADER + sealed.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.commitment);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        STANDARD.encode(bytes)
    }

    /// Opens what was sealed with this key for this place.
    pub fn open(&self, sealed: &str, place: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let bytes = STANDARD.decode(sealed).map_err(|_| KeyError::Broken)?;
        let (header, sealed) = bytes.split_at_checked(HEADER).ok_or(KeyError::Broken)?;
        let committed = header[1..=COMMITMENT].ct_eq(&self.commitment);
        if header[0] != VERSION || !bool::from(committed) {
            return Err(KeyError::Broken);
        }
        let nonce = XNonce::from_slice(&header[1 + COMMITMENT..]);
        let plain = self
            .cipher
            .decrypt(
                nonce,
                Payload {
                    msg: sealed,
                    aad: place,
                },
            )
            .map_err(|_| KeyError::Broken)?;
        Ok(Zeroizing::new(plain))
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_sealed_opens_at_its_place_with_its_key(plain: Vec<u8>, place: Vec<u8>) {
            let key = SealingKey::random();
            let sealed = key.seal(&plain, &place);
            prop_assert_eq!(&*key.open(&sealed, &place).expect("opens"), &plain);
        }

        #[test]
        fn no_altered_byte_goes_unnoticed(plain: Vec<u8>, at: prop::sample::Index, flip in 1u8..) {
            let key = SealingKey::random();
            let mut bytes = STANDARD.decode(key.seal(&plain, b"here")).expect("base64");
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            prop_assert!(key.open(&STANDARD.encode(bytes), b"here").is_err());
        }
    }

    #[test]
    fn nothing_opens_elsewhere_or_with_another_key() {
        let key = SealingKey::random();
        let sealed = key.seal(b"Ada", b"call\nCA1\n1");
        assert!(key.open(&sealed, b"call\nCA1\n2").is_err());
        assert!(SealingKey::random().open(&sealed, b"call\nCA1\n1").is_err());
    }

    #[test]
    fn the_same_value_is_never_sealed_to_the_same_bytes() {
        let key = SealingKey::random();
        assert_ne!(key.seal(b"Ada", b""), key.seal(b"Ada", b""));
    }
}
