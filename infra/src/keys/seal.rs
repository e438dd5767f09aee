//! The cipher: ChaCha20-Poly1305 (RFC 8439) under a key of each value's own, with a commitment to that key.
//!
//! Sealed bytes are `version 0x02 (1) || commitment (32) || salt (24) || ciphertext || tag (16)`, with
//!
//! - value key = HKDF-SHA256(ikm = data key, salt = salt, info = `call-ledger/value/v2`, 32 bytes)
//! - commitment = HKDF-SHA256(ikm = value key, no salt, info = `call-ledger/commit/v2`, 32 bytes)
//! - nonce: all zero, because a value key encrypts once.
//!
//! A value key opens one value and reveals nothing of the data key or of other values, so it can be disclosed. The
//! cipher does not commit to its key: without the commitment, bytes could be made that open under two keys to two texts.
//!
//! The plaintext begins with a codec byte; see [`compression`](super::compression).

use super::KeyError;
use super::compression::{self, Codec};
use crate::clock::random_bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};
use hkdf::{Hkdf, HkdfExtract};
use sha2::Sha256;
use std::sync::LazyLock;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const VERSION: u8 = 2;
const COMMITMENT: usize = 32;
const SALT: usize = 24;
const HEADER: usize = 1 + COMMITMENT + SALT;
const TAG: usize = 16;

const VALUE_INFO: &[u8] = b"call-ledger/value/v2";
const COMMIT_INFO: &[u8] = b"call-ledger/commit/v2";
const ID_INFO: &[u8] = b"call-ledger/key-id/v1";

/// HKDF's extraction without a salt, before any input: two of a value's sixteen SHA-256 blocks.
static EXTRACT: LazyLock<HkdfExtract<Sha256>> = LazyLock::new(|| HkdfExtract::new(None));

/// A key that derives value keys: a stream's data key, or the master key. Wiped on drop.
#[derive(Clone)]
pub(crate) struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    pub fn random() -> Self {
        Self::new(random_bytes())
    }

    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key's own bytes, for wrapping.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// An identifier that reveals nothing of the key.
    pub fn id(&self) -> [u8; 8] {
        let mut id = [0; 8];
        expand(&Hkdf::new(None, &*self.0), ID_INFO, &mut id);
        id
    }

    /// Seals a value. It opens only with the same associated data. Base64.
    pub fn seal(&self, value: &[u8], codec: Codec, associated_data: &[u8]) -> String {
        self.seal_with_salt(value, codec, associated_data, random_bytes())
    }

    fn seal_with_salt(&self, value: &[u8], codec: Codec, associated_data: &[u8], salt: [u8; SALT]) -> String {
        let key = self.derive(&salt);
        // Of exactly the length it needs at most: growing would leave copies of the plaintext behind.
        let mut bytes = Vec::with_capacity(HEADER + codec.max_len(value) + TAG);
        bytes.push(VERSION);
        bytes.extend_from_slice(&key.commitment());
        bytes.extend_from_slice(&salt);
        compression::encode(value, codec, &mut bytes);
        let tag = key
            .cipher()
            .encrypt_in_place_detached(&Nonce::default(), associated_data, &mut bytes[HEADER..])
            .expect("a value in memory is shorter than the cipher's limit of 256 GiB");
        bytes.extend_from_slice(&tag);
        STANDARD.encode(bytes)
    }

    /// Opens a value that was sealed with this key and this associated data.
    pub fn open(&self, sealed: &str, associated_data: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let sealed = Sealed::decode(sealed)?;
        self.derive(sealed.salt()).open(sealed, associated_data)
    }

    /// The key of one sealed value, after checking the value's commitment to it.
    pub fn value_key(&self, sealed: &str) -> Result<ValueKey, KeyError> {
        let sealed = Sealed::decode(sealed)?;
        let key = self.derive(sealed.salt());
        sealed.check(&key)?;
        Ok(key)
    }

    fn derive(&self, salt: &[u8]) -> ValueKey {
        let mut key = ValueKey(Zeroizing::new([0; 32]));
        expand(&Hkdf::new(Some(salt), &*self.0), VALUE_INFO, &mut *key.0);
        key
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

/// The key of one sealed value. It opens that value and no other. Wiped on drop.
pub struct ValueKey(Zeroizing<[u8; 32]>);

impl ValueKey {
    /// The key's bytes, for disclosure.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn commitment(&self) -> [u8; COMMITMENT] {
        let mut extract = EXTRACT.clone();
        extract.input_ikm(&*self.0);
        let mut commitment = [0; COMMITMENT];
        expand(&extract.finalize().1, COMMIT_INFO, &mut commitment);
        commitment
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new((&*self.0).into())
    }

    fn open(&self, sealed: Sealed, associated_data: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        sealed.check(self)?;
        let mut bytes = sealed.0;
        let end = bytes.len() - TAG;
        let (message, tag) = bytes.split_at_mut(end);
        self.cipher()
            .decrypt_in_place_detached(
                &Nonce::default(),
                associated_data,
                &mut message[HEADER..],
                Tag::from_slice(tag),
            )
            .map_err(|_| KeyError::Broken)?;
        bytes.truncate(end);
        compression::decode(bytes, HEADER)
    }
}

impl std::fmt::Debug for ValueKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValueKey(..)")
    }
}

/// Sealed bytes of this version that are long enough to hold a header and a tag.
struct Sealed(Zeroizing<Vec<u8>>);

impl Sealed {
    fn decode(base64: &str) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(STANDARD.decode(base64).map_err(|_| KeyError::Broken)?);
        if bytes.len() < HEADER + TAG || bytes[0] != VERSION {
            return Err(KeyError::Broken);
        }
        Ok(Self(bytes))
    }

    fn salt(&self) -> &[u8] {
        &self.0[1 + COMMITMENT..HEADER]
    }

    fn check(&self, key: &ValueKey) -> Result<(), KeyError> {
        let commits = self.0[1..=COMMITMENT].ct_eq(&key.commitment());
        if commits.into() { Ok(()) } else { Err(KeyError::Broken) }
    }
}

fn expand(key: &Hkdf<Sha256>, info: &[u8], output: &mut [u8]) {
    key.expand(info, output).expect("HKDF-SHA256 gives up to 8,160 bytes");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::compression::dictionary;
    use proptest::prelude::*;
    use serde::Deserialize;

    /// Made by `tests/validators/sealed_value.py` with Python's `cryptography` and `zstandard`.
    const VECTORS: &str = include_str!("vectors.json");

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        data_key: String,
        salt: String,
        associated_data: String,
        value: String,
        plaintext: String,
        value_key: String,
        sealed: String,
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let pairs = (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16));
        pairs.collect::<Result<_, _>>().expect("hex")
    }

    fn codec() -> impl Strategy<Value = Codec> {
        prop_oneof![
            Just(Codec::Plain),
            Just(Codec::PARAMS),
            Just(Codec::Zstd { dictionary: 0 })
        ]
    }

    #[test]
    fn vectors_made_elsewhere_open_and_seal_to_the_same_bytes() {
        let vectors: Vec<Vector> = serde_json::from_str(VECTORS).expect("vectors");
        assert_eq!(vectors.len(), 7);
        for vector in vectors {
            let key = SealingKey::new(bytes(&vector.data_key).try_into().expect("32 bytes"));
            let salt: [u8; SALT] = bytes(&vector.salt).try_into().expect("24 bytes");
            let (place, name) = (vector.associated_data.as_bytes(), &vector.name);
            let sealed = STANDARD.encode(bytes(&vector.sealed));
            let value_key = key.value_key(&sealed).expect("commits");
            assert_eq!(value_key.bytes()[..], bytes(&vector.value_key), "{name}");
            let opened = key.open(&sealed, place);
            let codec = match &*bytes(&vector.plaintext) {
                [0, ..] => Codec::Plain,
                [1, _, dictionary, ..] if dictionary_is_known(*dictionary) => Codec::Zstd {
                    dictionary: u16::from(*dictionary),
                },
                [1, ..] => {
                    assert!(
                        matches!(opened, Err(KeyError::UnknownDictionary(7))),
                        "{name}: {opened:?}"
                    );
                    continue;
                }
                _ => {
                    assert!(matches!(opened, Err(KeyError::UnknownCodec(2))), "{name}: {opened:?}");
                    continue;
                }
            };
            assert_eq!(*opened.expect(name), vector.value.as_bytes(), "{name}");
            let again = key.seal_with_salt(vector.value.as_bytes(), codec, place, salt);
            if codec == Codec::Plain {
                assert_eq!(again, sealed, "{name}");
            } else {
                // Another version of zstd may write another frame.
                assert_eq!(*key.open(&again, place).expect(name), vector.value.as_bytes(), "{name}");
            }
        }
    }

    fn dictionary_is_known(number: u8) -> bool {
        number == 0 || dictionary(number.into()).is_some()
    }

    proptest! {
        #[test]
        fn sealed_value_opens_with_its_key_and_associated_data(value: Vec<u8>, codec in codec(), place: Vec<u8>) {
            let key = SealingKey::random();
            let sealed = key.seal(&value, codec, &place);
            prop_assert_eq!(&*key.open(&sealed, &place).expect("opens"), &value);
        }

        #[test]
        fn compressible_value_opens_and_is_shorter(word in "[ -~]{8,40}", count in 20usize..200, codec in codec()) {
            let (key, value) = (SealingKey::random(), word.repeat(count));
            let sealed = key.seal(value.as_bytes(), codec, b"");
            prop_assert_eq!(&*key.open(&sealed, b"").expect("opens"), value.as_bytes());
            prop_assert_eq!(codec != Codec::Plain, sealed.len() < value.len());
        }

        #[test]
        fn altered_byte_is_refused(value: Vec<u8>, codec in codec(), at: prop::sample::Index, flip in 1u8..) {
            let key = SealingKey::random();
            let mut bytes = STANDARD.decode(key.seal(&value, codec, b"here")).expect("base64");
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let altered = STANDARD.encode(bytes);
            prop_assert!(matches!(key.open(&altered, b"here"), Err(KeyError::Broken)));
            // The commitment covers the header; the tag the rest.
            prop_assert_eq!(key.value_key(&altered).is_err(), at < HEADER);
        }

        #[test]
        fn truncated_or_extended_value_is_refused(value: Vec<u8>, codec in codec(), length: prop::sample::Index) {
            let key = SealingKey::random();
            let mut bytes = STANDARD.decode(key.seal(&value, codec, b"here")).expect("base64");
            bytes.push(0);
            prop_assert!(key.open(&STANDARD.encode(&bytes), b"here").is_err());
            bytes.truncate(length.index(bytes.len() - 1));
            prop_assert!(key.open(&STANDARD.encode(&bytes), b"here").is_err());
        }

        #[test]
        fn random_bytes_are_refused(mut bytes: Vec<u8>, version: bool, text: String) {
            let key = SealingKey::random();
            if let (true, Some(first)) = (version, bytes.first_mut()) {
                *first = VERSION;
            }
            prop_assert!(key.open(&STANDARD.encode(&bytes), b"here").is_err());
            prop_assert!(key.open(&text, b"here").is_err());
        }
    }

    #[test]
    fn moved_value_is_refused() {
        let key = SealingKey::random();
        let sealed = key.seal(b"Ada", Codec::Plain, b"call\nCA1\n1");
        assert!(key.open(&sealed, b"call\nCA1\n2").is_err());
        assert!(SealingKey::random().open(&sealed, b"call\nCA1\n1").is_err());
    }

    #[test]
    fn value_key_opens_its_value_only() {
        let key = SealingKey::random();
        let (one, other) = (key.seal(b"Ada", Codec::Plain, b""), key.seal(b"Ada", Codec::Plain, b""));
        let value_key = key.value_key(&one).expect("commits");
        let open = |sealed| value_key.open(Sealed::decode(sealed).expect("sealed"), b"");
        assert_eq!(*open(&one).expect("opens"), b"Ada");
        assert!(matches!(open(&other), Err(KeyError::Broken)));
        assert!(SealingKey::random().value_key(&one).is_err());
    }

    #[test]
    fn same_value_seals_to_different_bytes() {
        let key = SealingKey::random();
        assert_ne!(key.seal(b"Ada", Codec::Plain, b""), key.seal(b"Ada", Codec::Plain, b""));
    }

    #[test]
    fn value_of_version_1_is_refused() {
        let key = SealingKey::random();
        let mut bytes = STANDARD.decode(key.seal(b"Ada", Codec::Plain, b"")).expect("base64");
        bytes[0] = 1;
        assert!(key.open(&STANDARD.encode(bytes), b"").is_err());
    }
}
