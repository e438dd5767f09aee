//! TwiML applications, which hold the webhook URLs for browser calls:
//! <https://www.twilio.com/docs/usage/api/applications>.

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use reqwest::Method;
use serde::Deserialize;

/// A TwiML application.
#[derive(Clone, Debug, Deserialize)]
pub struct Application {
    /// `AP...`
    pub sid: String,
    /// Webhook for calls through the application.
    #[serde(default)]
    pub voice_url: Option<String>,
    #[serde(default)]
    pub voice_method: Option<String>,
    /// Webhook used when `voice_url` fails.
    #[serde(default)]
    pub voice_fallback_url: Option<String>,
    #[serde(default)]
    pub status_callback: Option<String>,
}

/// Changes to the webhooks, all with method POST. `None` leaves a URL unchanged; an empty string removes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationUpdate {
    pub voice_url: Option<String>,
    pub voice_fallback_url: Option<String>,
    pub status_callback: Option<String>,
}

impl ApplicationUpdate {
    fn params(&self) -> Params {
        let by_post = |url: &Option<String>| url.as_ref().map(|_| "POST");
        Params::new()
            .maybe("VoiceUrl", self.voice_url.as_ref())
            .maybe("VoiceMethod", by_post(&self.voice_url))
            .maybe("VoiceFallbackUrl", self.voice_fallback_url.as_ref())
            .maybe("VoiceFallbackMethod", by_post(&self.voice_fallback_url))
            .maybe("StatusCallback", self.status_callback.as_ref())
            .maybe("StatusCallbackMethod", by_post(&self.status_callback))
    }
}

impl TwilioRest {
    /// Fetches an application.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when it does not exist; otherwise when Twilio does not answer.
    pub async fn application(&self, application_sid: &str) -> Result<Application, TwilioError> {
        self.json(Ask {
            resource: "application",
            method: Method::GET,
            path: &["Applications", &format!("{application_sid}.json")],
            params: Params::new(),
            call_sid: None,
        })
        .await
    }

    /// Changes the webhooks of an application. Idempotent.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
    pub async fn update_application(
        &self,
        application_sid: &str,
        update: &ApplicationUpdate,
    ) -> Result<Application, TwilioError> {
        self.json(Ask {
            resource: "application",
            method: Method::POST,
            path: &["Applications", &format!("{application_sid}.json")],
            params: update.params(),
            call_sid: None,
        })
        .await
    }
}
