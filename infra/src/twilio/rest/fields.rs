//! Deserialization of Twilio's fields: numbers as strings, times in RFC 2822, signed prices.

use domain::money::Money;
use domain::{Personal, Timestamp};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A string with personal data.
pub(super) fn personal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Personal<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default().into())
}

/// An integer: `"12"` or `12`. `None` for anything else: `"-1"` means not known yet.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// [`number`] for a duration in seconds: see [`is_duration`].
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    Ok(number(deserializer)?.filter(|seconds| is_duration(*seconds)))
}

/// Whether a call or a recording can be that long, in seconds. Twilio ends a call after a day at the latest
/// (<https://www.twilio.com/docs/voice/api/call-resource>, `TimeLimit`).
pub const fn is_duration(seconds: u32) -> bool {
    seconds <= 2 * 24 * 60 * 60
}

/// An RFC 2822 time. `None` for anything else.
pub(super) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Value::deserialize(deserializer)?
        .as_str()
        .and_then(Timestamp::parse_rfc2822))
}

/// Converts a price to a cost. Twilio gives charges as negative decimals (`"-0.00850"`, `"USD"`); the result is
/// positive.
pub(super) fn cost(price: Option<&str>, unit: Option<&str>) -> Option<Money> {
    let currency = unit?.parse().ok()?;
    let micros = micros(price?)?;
    Some(Money::new(-micros, currency))
}

/// Converts a decimal to millionths exactly. Digits beyond the sixth are rounded away from zero, so a charge never
/// becomes zero.
fn micros(text: &str) -> Option<i64> {
    let (sign, digits) = match text.trim().strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.trim()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (kept, rest) = fraction.split_at(fraction.len().min(6));
    let kept: i64 = format!("{kept:0<6}").parse().ok()?;
    let more = i64::from(rest.bytes().any(|byte| byte != b'0'));
    let whole: i64 = whole.parse().ok()?;
    Some(sign * (whole.checked_mul(1_000_000)?.checked_add(kept + more)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charge_is_converted_to_positive_millionths() {
        let cost = |price| cost(Some(price), Some("USD")).map(|money| money.micros);
        assert_eq!(cost("-0.00850"), Some(8_500));
        assert_eq!(cost("-1"), Some(1_000_000));
        assert_eq!(cost("0"), Some(0));
        assert_eq!(cost("-0.0000001"), Some(1));
        assert_eq!(cost("-12.3456789"), Some(12_345_679));
        for text in ["", "-", ".5", "1e3", "-+1", "1.2.3"] {
            assert_eq!(cost(text), None, "{text}");
        }
    }

    #[test]
    fn price_without_currency_is_none() {
        assert_eq!(cost(Some("-1"), None), None);
        assert_eq!(cost(None, Some("USD")), None);
    }

    #[test]
    fn number_is_read_from_string_and_number() {
        #[derive(Deserialize)]
        struct Duration(#[serde(deserialize_with = "number")] Option<u32>);
        let read = |json| serde_json::from_str::<Duration>(json).map(|duration| duration.0);
        assert_eq!(read("\"12\"").expect("read"), Some(12));
        assert_eq!(read("12").expect("read"), Some(12));
        assert_eq!(read("\"-1\"").expect("read"), None);
        for unreadable in ["null", "true", "[]", "{}", "1.5", "\"\"", "99999999999"] {
            assert_eq!(read(unreadable).expect("read"), None, "{unreadable}");
        }
    }
}
