//! Numbers of the account: <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>.

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use reqwest::Method;
use serde::Deserialize;

/// A number of the account. It belongs to the business, so it is not personal data.
#[derive(Clone, Debug, Deserialize)]
pub struct IncomingNumber {
    /// `PN...`
    pub sid: String,
    /// E.164.
    pub phone_number: String,
    /// Webhook for calls to the number.
    #[serde(default)]
    pub voice_url: Option<String>,
    #[serde(default)]
    pub voice_method: Option<String>,
    /// Webhook used when `voice_url` fails.
    #[serde(default)]
    pub voice_fallback_url: Option<String>,
    #[serde(default)]
    pub status_callback: Option<String>,
    #[serde(default)]
    pub status_callback_method: Option<String>,
    /// TwiML application used instead of `voice_url`, if any.
    #[serde(default)]
    pub voice_application_sid: Option<String>,
    /// SIP trunk that the number belongs to, if any. Twilio then ignores all webhooks and the application.
    #[serde(default)]
    pub trunk_sid: Option<String>,
}

impl IncomingNumber {
    /// Whether the number has all values of this update, and so calls arrive where it says, unless it has a trunk.
    #[must_use]
    pub fn satisfies(&self, update: &NumberUpdate) -> bool {
        let is_post = |method: &Option<String>| {
            let method = method.as_deref();
            // Absent in an answer: Twilio's default is POST.
            method.is_none_or(|method| method.is_empty() || method.eq_ignore_ascii_case("POST"))
        };
        has(self.voice_url.as_ref(), update.voice_url.as_ref())
            && has(self.voice_fallback_url.as_ref(), update.voice_fallback_url.as_ref())
            && has(self.status_callback.as_ref(), update.status_callback.as_ref())
            && has(
                self.voice_application_sid.as_ref(),
                update.voice_application_sid.as_ref(),
            )
            && (update.voice_url.is_none() || is_post(&self.voice_method))
            && (update.status_callback.is_none() || is_post(&self.status_callback_method))
    }

    /// The SIP trunk that receives the number's calls.
    #[must_use]
    pub fn trunk(&self) -> Option<&str> {
        self.trunk_sid.as_deref().filter(|sid| !sid.is_empty())
    }
}

/// Whether a value is as wanted. Absent and empty are the same; a value that is not wanted at all may be anything.
fn has(value: Option<&String>, wanted: Option<&String>) -> bool {
    wanted.is_none_or(|wanted| value.map_or("", String::as_str) == wanted)
}

/// Changes to the webhooks, all with method POST. `None` leaves a value unchanged; an empty string removes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberUpdate {
    pub voice_url: Option<String>,
    pub voice_fallback_url: Option<String>,
    pub status_callback: Option<String>,
    /// TwiML application used instead of `voice_url`.
    pub voice_application_sid: Option<String>,
}

impl NumberUpdate {
    fn params(&self) -> Params {
        let by_post = |url: &Option<String>| url.as_ref().map(|_| "POST");
        Params::new()
            .maybe("VoiceUrl", self.voice_url.as_ref())
            .maybe("VoiceMethod", by_post(&self.voice_url))
            .maybe("VoiceFallbackUrl", self.voice_fallback_url.as_ref())
            .maybe("VoiceFallbackMethod", by_post(&self.voice_fallback_url))
            .maybe("StatusCallback", self.status_callback.as_ref())
            .maybe("StatusCallbackMethod", by_post(&self.status_callback))
            .maybe("VoiceApplicationSid", self.voice_application_sid.as_ref())
    }
}

impl TwilioRest {
    /// Finds a number of the account by exact match (E.164).
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
    pub async fn incoming_number(&self, number: &str) -> Result<Option<IncomingNumber>, TwilioError> {
        let ask = Ask {
            resource: "numbers",
            method: Method::GET,
            path: &["IncomingPhoneNumbers.json"],
            params: Params::new().with("PhoneNumber", number),
            call_sid: None,
        };
        // Twilio's filter also matches parts and patterns.
        let found: Vec<IncomingNumber> = self.all(ask, "incoming_phone_numbers").await?;
        Ok(found.into_iter().find(|found| found.phone_number == number))
    }

    /// Fetches all numbers of the account.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
    pub async fn incoming_numbers(&self) -> Result<Vec<IncomingNumber>, TwilioError> {
        let ask = Ask {
            resource: "numbers",
            method: Method::GET,
            path: &["IncomingPhoneNumbers.json"],
            params: Params::new(),
            call_sid: None,
        };
        self.all(ask, "incoming_phone_numbers").await
    }

    /// Adds a number (E.164) to the account with its webhooks. At Twilio this is a purchase, so it is used only with
    /// the sandbox, where numbers are free.
    ///
    /// # Errors
    /// [`TwilioError::is_not_available`] when the number is taken; otherwise when Twilio rejects the request or does
    /// not answer.
    pub async fn buy_number(&self, number: &str, update: &NumberUpdate) -> Result<IncomingNumber, TwilioError> {
        self.json(Ask {
            resource: "numbers",
            method: Method::POST,
            path: &["IncomingPhoneNumbers.json"],
            params: update.params().with("PhoneNumber", number),
            call_sid: None,
        })
        .await
    }

    /// Changes the webhooks of a number. Idempotent.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
    pub async fn update_number(&self, number_sid: &str, update: &NumberUpdate) -> Result<IncomingNumber, TwilioError> {
        self.json(Ask {
            resource: "number",
            method: Method::POST,
            path: &["IncomingPhoneNumbers", &format!("{number_sid}.json")],
            params: update.params(),
            call_sid: None,
        })
        .await
    }
}
