//! TwiML applications, whom Twilio asks when somebody calls from the browser:
//! <https://www.twilio.com/docs/usage/api/applications>.

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use reqwest::Method;
use serde::Deserialize;

/// An application, as Twilio knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Application {
    /// `AP...`
    pub sid: String,
    /// Whom Twilio asks when somebody calls through it.
    #[serde(default)]
    pub voice_url: Option<String>,
    /// Whom it asks when that fails.
    #[serde(default)]
    pub voice_fallback_url: Option<String>,
    /// Whom it tells what became of the call.
    #[serde(default)]
    pub status_callback: Option<String>,
}

/// Whom Twilio shall ask and tell; what is `None` stays, and an empty text takes away. All by POST.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationUpdate {
    /// When somebody calls.
    pub voice_url: Option<String>,
    /// When that fails.
    pub voice_fallback_url: Option<String>,
    /// What became of the call.
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
    /// The application as Twilio knows it at this moment.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when there is none; else when Twilio does not answer.
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

    /// Changes whom Twilio asks and tells about calls through an application. Doing it twice is as good as once.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
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
