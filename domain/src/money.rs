//! Amounts of money, in millionths of a currency: a minute or a token costs less than a cent.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An amount in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Millionths of the currency.
    pub micros: i64,
    pub currency: Currency,
}

/// An ISO 4217 code: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The text is not an ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 4217 currency code")]
pub struct NotACurrency;

impl Money {
    /// An amount in a currency.
    #[must_use]
    pub const fn new(micros: i64, currency: Currency) -> Self {
        Self { micros, currency }
    }

    /// The sum. `None` if the currencies differ or the sum overflows.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let micros = self
            .micros
            .checked_add(other.micros)
            .filter(|_| self.currency == other.currency)?;
        Some(Self { micros, ..self })
    }
}

impl Currency {
    /// The ISO 4217 code.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match std::str::from_utf8(&self.0) {
            Ok(code) => code,
            // Unreachable: only ASCII letters are stored.
            Err(_) => "",
        }
    }
}

impl FromStr for Currency {
    type Err = NotACurrency;

    /// Accepts lower case too: Twilio writes some currencies so.
    fn from_str(text: &str) -> Result<Self, NotACurrency> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| NotACurrency)?;
        if code.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(code.map(|c| c.to_ascii_uppercase())))
        } else {
            Err(NotACurrency)
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = NotACurrency;

    fn try_from(text: String) -> Result<Self, NotACurrency> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Money {
    /// With all six decimal places, so that different amounts never print alike: `0.008500 USD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.micros < 0 { "-" } else { "" };
        let micros = self.micros.unsigned_abs();
        write!(
            f,
            "{sign}{}.{:06} {}",
            micros / 1_000_000,
            micros % 1_000_000,
            self.currency
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(micros: i64) -> Money {
        Money::new(micros, "USD".parse().expect("is a currency"))
    }

    #[test]
    fn amount_prints_with_six_decimal_places() {
        assert_eq!(usd(8_500).to_string(), "0.008500 USD");
        assert_eq!(usd(-1_250_000).to_string(), "-1.250000 USD");
        assert_eq!(usd(i64::MIN).to_string(), "-9223372036854.775808 USD");
    }

    #[test]
    fn sum_of_different_currencies_or_too_large_is_none() {
        let eur = Money::new(1, "eur".parse().expect("is a currency"));
        assert_eq!(usd(1).checked_add(usd(2)), Some(usd(3)));
        assert_eq!(usd(1).checked_add(eur), None);
        assert_eq!(usd(i64::MAX).checked_add(usd(1)), None);
    }

    #[test]
    fn currency_other_than_three_letters_is_refused() {
        for text in ["", "US", "USDT", "U5D", "€"] {
            assert_eq!(text.parse::<Currency>(), Err(NotACurrency), "{text}");
        }
    }
}
