//! Prices of models, from dated price lists that are embedded in the program.
//!
//! They are estimates for `CostIncurred`, which is marked provisional; the provider's invoice is authoritative. The
//! cost of a model without a price is `None`, never zero.

use domain::call::value::TokenCount;
use domain::money::{Currency, Money};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const LISTS: [&str; 2] = [
    include_str!("openai-2026-03.toml"),
    include_str!("anthropic-2026-10.toml"),
];

static PRICES: LazyLock<Vec<PriceList>> = LazyLock::new(|| {
    // An invalid list is a bug that the tests find. At run time its models have no price.
    LISTS.iter().filter_map(|text| toml::from_str(text).ok()).collect()
});

/// A cost, as recorded in `CostIncurred`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// `model_tokens`, `transcription`, `speech`.
    pub item: &'static str,
    pub quantity: f64,
    /// `token`, `minute`, `character`.
    pub unit: &'static str,
    /// Rounded up to millionths of the currency, so that no use is free.
    pub amount: Money,
    /// The name of the price list: `openai-2026-03`.
    pub price_list: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceList {
    name: String,
    provider: String,
    currency: Currency,
    #[serde(default)]
    chat: BTreeMap<String, ChatPrice>,
    #[serde(default)]
    transcription: BTreeMap<String, MinutePrice>,
    #[serde(default)]
    speech: BTreeMap<String, CharacterPrice>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChatPrice {
    #[serde(rename = "input_per_million_tokens")]
    input: u64,
    #[serde(rename = "output_per_million_tokens")]
    output: u64,
    /// Longer prompts have another price, which the list does not contain.
    #[serde(default, rename = "up_to_input_tokens")]
    up_to: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MinutePrice {
    per_minute: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CharacterPrice {
    per_million_characters: u64,
}

/// The cost of a chat. `None` if the price is unknown.
#[must_use]
pub fn chat(provider: &str, model: &str, tokens: TokenCount) -> Option<Cost> {
    let list = list(provider)?;
    let price = priced(&list.chat, model)?;
    if price.up_to.is_some_and(|max| tokens.input > max) {
        return None;
    }
    let input = u128::from(tokens.input) * u128::from(price.input);
    let output = u128::from(tokens.output) * u128::from(price.output);
    list.cost(
        "model_tokens",
        f64::from(tokens.input) + f64::from(tokens.output),
        "token",
        (input + output).div_ceil(1_000_000),
    )
}

/// The cost of a transcription. `None` if the price is unknown.
#[must_use]
pub fn transcription(provider: &str, model: &str, seconds: f64) -> Option<Cost> {
    let list = list(provider)?;
    let price = priced(&list.transcription, model)?;
    let millis = std::time::Duration::try_from_secs_f64(seconds).ok()?.as_millis();
    let amount = (millis * u128::from(price.per_minute)).div_ceil(60_000);
    list.cost("transcription", seconds / 60.0, "minute", amount)
}

/// The cost of speech synthesis. `None` if the price is unknown.
#[must_use]
pub fn speech(provider: &str, model: &str, characters: u32) -> Option<Cost> {
    let list = list(provider)?;
    let price = priced(&list.speech, model)?;
    let amount = (u128::from(characters) * u128::from(price.per_million_characters)).div_ceil(1_000_000);
    list.cost("speech", f64::from(characters), "character", amount)
}

fn list(provider: &str) -> Option<&'static PriceList> {
    PRICES.iter().find(|list| list.provider == provider)
}

/// The price of a model. A dated version (`gpt-4o-mini-2024-07-18`, `claude-haiku-4-5-20251001`) without its own price
/// has that of its model.
fn priced<'a, T>(prices: &'a BTreeMap<String, T>, model: &str) -> Option<&'a T> {
    prices.get(model).or_else(|| prices.get(undated(model)?))
}

fn undated(model: &str) -> Option<&str> {
    let is_date = |date: &str| {
        let digits = date.bytes().filter(u8::is_ascii_digit).count();
        digits == 8
            && matches!(date.len() - digits, 0 | 2)
            && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    };
    [11, 9].into_iter().find_map(|length| {
        let (name, date) = model.split_at_checked(model.len().checked_sub(length)?)?;
        date.strip_prefix('-').filter(|date| is_date(date)).map(|_| name)
    })
}

impl PriceList {
    fn cost(&self, item: &'static str, quantity: f64, unit: &'static str, micros: u128) -> Option<Cost> {
        Some(Cost {
            item,
            quantity,
            unit,
            amount: Money::new(micros.try_into().ok()?, self.currency),
            price_list: self.name.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKENS: TokenCount = TokenCount {
        input: 1_000,
        output: 100,
    };

    fn micros(cost: Option<Cost>) -> Option<i64> {
        cost.map(|cost| cost.amount.micros)
    }

    #[test]
    fn every_price_list_is_valid_and_named_by_provider_and_month() {
        assert_eq!(PRICES.len(), LISTS.len());
        for text in LISTS {
            let list: PriceList = toml::from_str(text).expect("a price list");
            let month = list.name.strip_prefix(&list.provider).expect("the provider's name");
            assert_eq!(month.len(), "-2026-03".len(), "{}", list.name);
        }
    }

    #[test]
    fn chat_costs_input_and_output_tokens() {
        // 1,000 at 0.15 USD and 100 at 0.60 USD per million.
        let cost = chat("openai", "gpt-4o-mini", TOKENS).expect("a price");
        assert_eq!((cost.amount.micros, cost.amount.currency.as_str()), (210, "USD"));
        assert_eq!(
            (cost.item, cost.unit, cost.quantity.to_string().as_str()),
            ("model_tokens", "token", "1100")
        );
        assert_eq!(cost.price_list, "openai-2026-03");
    }

    #[test]
    fn dated_model_version_has_the_price_of_its_model() {
        let plain = micros(chat("openai", "gpt-4o-mini", TOKENS));
        assert_eq!(micros(chat("openai", "gpt-4o-mini-2024-07-18", TOKENS)), plain);
        assert!(chat("anthropic", "claude-haiku-4-5-20251001", TOKENS).is_some());
        assert_eq!(
            micros(chat("openai", "gpt-4o-2024-05-13", TOKENS)),
            Some(6_500),
            "it has its own price"
        );
    }

    #[test]
    fn model_without_a_price_has_no_cost() {
        assert_eq!(chat("openai", "gpt-4o-mini-audio", TOKENS), None);
        assert_eq!(chat("openai", "gpt-4o-minimal", TOKENS), None);
        assert_eq!(chat("openai", "é-2024-07-18", TOKENS), None);
        assert_eq!(chat("openai-compatible", "gpt-4o-mini", TOKENS), None);
        assert_eq!(transcription("openai", "gpt-4o-mini", 60.0), None);
        assert_eq!(transcription("openai", "whisper-1", f64::NAN), None);
        assert_eq!(speech("anthropic", "tts-1", 10), None);
        let long = TokenCount {
            input: 100_001,
            output: 1,
        };
        assert_eq!(chat("anthropic", "claude-haiku-5-5", long), None);
    }

    #[test]
    fn cost_is_rounded_up() {
        let little = TokenCount { input: 1, output: 0 };
        assert_eq!(micros(chat("openai", "gpt-5-nano", little)), Some(1));
        assert_eq!(micros(transcription("openai", "whisper-1", 0.001)), Some(1));
    }

    #[test]
    fn transcription_is_priced_by_minute_and_speech_by_character() {
        assert_eq!(micros(transcription("openai", "whisper-1", 90.0)), Some(9_000));
        assert_eq!(micros(speech("openai", "tts-1", 1_000)), Some(15_000));
    }
}
