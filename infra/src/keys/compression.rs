//! The codec byte at the beginning of every sealed plaintext, and the dictionaries of zstd.
//!
//! | codec | what follows |
//! |---|---|
//! | 0 | the value as it is |
//! | 1 | the number of a dictionary (2 bytes, big-endian; 0: none), then one zstd frame (RFC 8878) with its content size |
//!
//! A dictionary never changes once a released version has used it: values in the log need it to open.

use super::KeyError;
use std::cell::RefCell;
use std::sync::LazyLock;
use zeroize::{Zeroize as _, Zeroizing};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe;

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
/// Codec byte and dictionary number.
const ZSTD_HEADER: usize = 3;
const NO_DICTIONARY: u16 = 0;
/// Higher levels save 6 % of a webhook's parameters at most, and take twice to six times as long.
const LEVEL: i32 = 3;
/// Bytes that one frame may decompress to. Longer values are not compressed.
const MAX_DECOMPRESSED: usize = 1024 * 1024;
/// Bytes from which a payload's value is compressed. Shorter ones would save a quarter at most, and a rebuild would
/// take 3 µs more for each.
const MIN_COMPRESSED: usize = 1024;

/// How a value is written before it is encrypted. A value that does not become shorter is written as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Plain,
    Zstd { dictionary: u16 },
}

impl Codec {
    /// For the raw parameters of a webhook.
    pub const PARAMS: Self = Self::Zstd { dictionary: 1 };

    /// For a personal value in a payload.
    pub const fn of_value(value: &[u8]) -> Self {
        if value.len() < MIN_COMPRESSED {
            Self::Plain
        } else {
            Self::Zstd {
                dictionary: NO_DICTIONARY,
            }
        }
    }

    /// The bytes that [`encode`] may need while it works.
    pub fn max_len(self, value: &[u8]) -> usize {
        match self {
            Self::Plain => 1 + value.len(),
            Self::Zstd { .. } => ZSTD_HEADER + zstd_safe::compress_bound(value.len()),
        }
    }
}

struct Dictionary {
    bytes: &'static [u8],
    encoder: EncoderDictionary<'static>,
    decoder: DecoderDictionary<'static>,
}

/// The first is number 1.
static DICTIONARIES: LazyLock<[Dictionary; 1]> = LazyLock::new(|| {
    [include_bytes!("dictionaries/0001.zstd-dict")].map(|bytes| Dictionary {
        bytes,
        encoder: EncoderDictionary::copy(bytes, LEVEL),
        decoder: DecoderDictionary::copy(bytes),
    })
});

thread_local! {
    static COMPRESSOR: RefCell<Compressor<'static>> = RefCell::default();
    static DECOMPRESSOR: RefCell<Decompressor<'static>> = RefCell::default();
}

/// The bytes of a dictionary: a disclosed value that was compressed with it needs them to be read elsewhere.
#[must_use]
pub fn dictionary(number: u16) -> Option<&'static [u8]> {
    find(number).ok().flatten().map(|dictionary| dictionary.bytes)
}

/// `None`: compressed without a dictionary.
fn find(number: u16) -> Result<Option<&'static Dictionary>, KeyError> {
    match usize::from(number).checked_sub(1) {
        None => Ok(None),
        Some(index) => DICTIONARIES
            .get(index)
            .map(Some)
            .ok_or(KeyError::UnknownDictionary(number)),
    }
}

/// Appends the codec byte and what follows it.
pub(super) fn encode(value: &[u8], codec: Codec, output: &mut Vec<u8>) {
    if let Codec::Zstd { dictionary } = codec
        && value.len() <= MAX_DECOMPRESSED
    {
        let start = output.len();
        output.push(ZSTD);
        output.extend_from_slice(&dictionary.to_be_bytes());
        output.resize(start + codec.max_len(value), 0);
        let written = compress(value, dictionary, &mut output[start + ZSTD_HEADER..]);
        let shorter = written.filter(|length| ZSTD_HEADER + length < 1 + value.len());
        let end = shorter.map_or(start, |length| start + ZSTD_HEADER + length);
        // What is cut off here is not encrypted later.
        output[end..].zeroize();
        output.truncate(end);
        if shorter.is_some() {
            return;
        }
    }
    output.push(PLAIN);
    output.extend_from_slice(value);
}

fn compress(value: &[u8], dictionary: u16, output: &mut [u8]) -> Option<usize> {
    let dictionary = find(dictionary).ok()?;
    COMPRESSOR.with_borrow_mut(|compressor| {
        match dictionary {
            Some(dictionary) => compressor.set_prepared_dictionary(&dictionary.encoder),
            None => compressor.set_compression_level(LEVEL),
        }
        .ok()?;
        // The number before the frame names the dictionary.
        compressor.include_dictid(false).ok()?;
        compressor.compress_to_buffer(value, output).ok()
    })
}

/// The value in a decrypted plaintext, which begins at `start`.
pub(super) fn decode(mut bytes: Zeroizing<Vec<u8>>, start: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    match bytes.get(start..) {
        Some([PLAIN, ..]) => {
            bytes.drain(..=start);
            Ok(bytes)
        }
        Some([ZSTD, high, low, frame @ ..]) => decompress(frame, u16::from_be_bytes([*high, *low])),
        Some([codec, ..]) if *codec != ZSTD => Err(KeyError::UnknownCodec(*codec)),
        _ => Err(KeyError::Decompression),
    }
}

fn decompress(frame: &[u8], dictionary: u16) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let dictionary = find(dictionary)?;
    let failed = |_| KeyError::Decompression;
    let size = zstd_safe::get_frame_content_size(frame).map_err(|_| KeyError::Decompression)?;
    let size = size
        .and_then(|size| usize::try_from(size).ok())
        .filter(|size| *size <= MAX_DECOMPRESSED)
        .ok_or(KeyError::Decompression)?;
    if zstd_safe::find_frame_compressed_size(frame) != Ok(frame.len()) {
        return Err(KeyError::Decompression);
    }
    let mut value = Zeroizing::new(Vec::with_capacity(size));
    DECOMPRESSOR.with_borrow_mut(|decompressor| {
        match dictionary {
            Some(dictionary) => decompressor.set_prepared_dictionary(&dictionary.decoder),
            None => decompressor.set_dictionary(&[]),
        }
        .map_err(failed)?;
        decompressor.decompress_to_buffer(frame, &mut *value).map_err(failed)
    })?;
    if value.len() == size {
        Ok(value)
    } else {
        Err(KeyError::Decompression)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    const ALL: [Codec; 3] = [
        Codec::Plain,
        Codec::PARAMS,
        Codec::Zstd {
            dictionary: NO_DICTIONARY,
        },
    ];

    /// The parameters of a request that an inbound call begins with, from a city that the dictionary does not know.
    const INBOUND: &str = concat!(
        r#"{"AccountSid":["AC3f9c1d2b7a6e4850917c2e3d4f5a6b7c"],"ApiVersion":["2010-04-01"],"#,
        r#""CallSid":["CA8e7d6c5b4a39281706f5e4d3c2b1a098"],"CallStatus":["ringing"],"Called":["+15055550100"],"#,
        r#""CalledCity":["ALBUQUERQUE"],"CalledCountry":["US"],"CalledState":["NM"],"CalledZip":["87102"],"#,
        r#""Caller":["+15095550142"],"CallerCity":["SPOKANE"],"CallerCountry":["US"],"CallerState":["WA"],"#,
        r#""CallerZip":["99201"],"Direction":["inbound"],"From":["+15095550142"],"FromCity":["SPOKANE"],"#,
        r#""FromCountry":["US"],"FromState":["WA"],"FromZip":["99201"],"StirVerstat":["TN-Validation-Passed-A"],"#,
        r#""To":["+15055550100"],"ToCity":["ALBUQUERQUE"],"ToCountry":["US"],"ToState":["NM"],"ToZip":["87102"]}"#
    );

    fn encoded(value: &[u8], codec: Codec) -> Vec<u8> {
        let mut output = Vec::new();
        encode(value, codec, &mut output);
        output
    }

    fn decoded(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        decode(Zeroizing::new(bytes.to_vec()), 0)
    }

    fn zstd_frame(dictionary: u16, frame: &[u8]) -> Vec<u8> {
        [&[ZSTD], &dictionary.to_be_bytes()[..], frame].concat()
    }

    #[test]
    fn dictionary_1_never_changes() {
        let digest = Sha256::digest(dictionary(1).expect("dictionary 1"));
        assert_eq!(
            format!("{digest:x}"),
            "8b4de9fc2eaa7303e54ff2c1585ff22c723650dd955334015d1fae12311d7693"
        );
        assert!(dictionary(0).is_none() && dictionary(2).is_none());
    }

    #[test]
    fn params_of_an_unknown_city_take_a_quarter_of_their_length() {
        let compressed = encoded(INBOUND.as_bytes(), Codec::PARAMS);
        assert_eq!(compressed[..ZSTD_HEADER], [ZSTD, 0, 1]);
        assert!(
            compressed.len() * 4 < INBOUND.len(),
            "{} of {}",
            compressed.len(),
            INBOUND.len()
        );
        assert_eq!(*decoded(&compressed).expect("decodes"), INBOUND.as_bytes());
    }

    #[test]
    fn value_that_does_not_become_shorter_is_plain() {
        for value in [&b""[..], b"{}", b"{\"A\":[\"1\"]}"] {
            let bytes = encoded(value, Codec::PARAMS);
            assert_eq!((bytes[0], &bytes[1..]), (PLAIN, value));
        }
    }

    #[test]
    fn value_longer_than_a_frame_may_decompress_to_is_plain() {
        for (length, codec) in [(MAX_DECOMPRESSED, ZSTD), (MAX_DECOMPRESSED + 1, PLAIN)] {
            let value = vec![b'a'; length];
            let bytes = encoded(&value, Codec::of_value(&value));
            assert_eq!(bytes[0], codec);
            assert_eq!(*decoded(&bytes).expect("decodes"), value);
        }
    }

    #[test]
    fn frame_that_decompresses_to_more_than_the_limit_is_refused() {
        let bomb = zstd::bulk::compress(&vec![0; 64 * MAX_DECOMPRESSED], 3).expect("compresses");
        assert!(bomb.len() < MAX_DECOMPRESSED / 100);
        assert!(matches!(
            decoded(&zstd_frame(NO_DICTIONARY, &bomb)),
            Err(KeyError::Decompression)
        ));
        // A frame that does not say how long it is, several frames, and none.
        let mut compressor = Compressor::new(LEVEL).expect("a compressor");
        compressor.include_contentsize(false).expect("set");
        let unsized_frame = compressor.compress(&[0; 4096]).expect("compresses");
        let frame = zstd::bulk::compress(&[0; 4096], 3).expect("compresses");
        for frame in [unsized_frame, frame.repeat(2), Vec::new()] {
            assert!(matches!(
                decoded(&zstd_frame(NO_DICTIONARY, &frame)),
                Err(KeyError::Decompression)
            ));
        }
    }

    #[test]
    fn unknown_dictionary_and_codec_are_named() {
        let compressed = encoded(INBOUND.as_bytes(), Codec::PARAMS);
        let unknown = decoded(&zstd_frame(513, &compressed[ZSTD_HEADER..]));
        assert!(matches!(unknown, Err(KeyError::UnknownDictionary(513))), "{unknown:?}");
        assert!(matches!(decoded(&[2, 0, 0]), Err(KeyError::UnknownCodec(2))));
        assert!(matches!(decoded(&[]), Err(KeyError::Decompression)));
        assert!(matches!(decoded(&[ZSTD, 0]), Err(KeyError::Decompression)));
    }

    #[test]
    fn codecs_alternate_on_one_thread() {
        for codec in ALL.into_iter().chain(ALL.into_iter().rev()) {
            let bytes = encoded(INBOUND.as_bytes(), codec);
            assert_eq!(*decoded(&bytes).expect("decodes"), INBOUND.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn random_plaintexts_never_panic(bytes: Vec<u8>, dictionary in 0u16..3) {
            let _ = decoded(&bytes);
            let _ = decoded(&zstd_frame(dictionary, &bytes));
        }

        #[test]
        fn damaged_frames_never_panic_and_stay_within_the_limit(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            dictionary in 0u16..3,
        ) {
            let mut bytes = encoded(INBOUND.as_bytes(), Codec::PARAMS);
            for (at, value) in damage {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            bytes[1..ZSTD_HEADER].copy_from_slice(&dictionary.to_be_bytes());
            if let Ok(value) = decoded(&bytes) {
                prop_assert!(value.len() <= MAX_DECOMPRESSED.max(bytes.len()));
            }
        }
    }
}
