//! Our numbers: <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>.

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use reqwest::Method;
use serde::Deserialize;

/// A number of ours, as Twilio knows it. It is ours, so it is not personal.
#[derive(Clone, Debug, Deserialize)]
pub struct IncomingNumber {
    /// `PN...`
    pub sid: String,
    /// E.164.
    pub phone_number: String,
    /// Whom Twilio asks when somebody calls it.
    #[serde(default)]
    pub voice_url: Option<String>,
    /// Whom it asks when that fails.
    #[serde(default)]
    pub voice_fallback_url: Option<String>,
    /// Whom it tells what became of the call.
    #[serde(default)]
    pub status_callback: Option<String>,
    /// The application that is asked in place of `voice_url`, if there is one.
    #[serde(default)]
    pub voice_application_sid: Option<String>,
}

/// Whom Twilio shall ask and tell; what is `None` stays, and an empty text takes away. All by POST.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberUpdate {
    /// When somebody calls.
    pub voice_url: Option<String>,
    /// When that fails.
    pub voice_fallback_url: Option<String>,
    /// What became of the call.
    pub status_callback: Option<String>,
    /// An application, in place of `voice_url`.
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
    /// The number of ours that is exactly this one (E.164), if it is ours.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
    pub async fn incoming_number(&self, number: &str) -> Result<Option<IncomingNumber>, TwilioError> {
        let ask = Ask {
            resource: "numbers",
            method: Method::GET,
            path: &["IncomingPhoneNumbers.json"],
            params: Params::new().with("PhoneNumber", number),
            call_sid: None,
        };
        // Twilio's filter takes parts and patterns.
        let found: Vec<IncomingNumber> = self.all(ask, "incoming_phone_numbers").await?;
        Ok(found.into_iter().find(|found| found.phone_number == number))
    }

    /// All numbers of ours.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
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

    /// Makes a number (E.164) ours, and says whom to ask and to tell about calls to it. At Twilio that is a purchase: only
    /// for the sandbox, where every number is free.
    ///
    /// # Errors
    /// When Twilio refuses, which it does when the number is somebody's already, or does not answer.
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

    /// Changes whom Twilio asks and tells about calls to a number. Doing it twice is as good as once.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
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
