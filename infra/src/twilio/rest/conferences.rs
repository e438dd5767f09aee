//! Conferences: <https://www.twilio.com/docs/voice/api/conference-resource>.

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use reqwest::Method;
use serde::Deserialize;

/// A conference resource.
#[derive(Clone, Debug, Deserialize)]
pub struct Conference {
    /// `CF...`
    pub sid: String,
    pub friendly_name: String,
    pub status: ConferenceStatus,
    #[serde(default)]
    pub reason_conference_ended: Option<String>,
}

/// Status of a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConferenceStatus {
    /// Not started: participants wait.
    Init,
    InProgress,
    Completed,
    /// A status unknown to this version.
    #[serde(other)]
    Other,
}

/// Change to a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConferenceUpdate {
    /// End the conference for all participants.
    End,
    /// Play the TwiML at this URL to all participants.
    Announce(String),
}

impl TwilioRest {
    /// Finds the conference of this name that has not ended: it is in progress, or participants wait in it. Such names
    /// are unique at Twilio.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
    pub async fn open_conference(&self, friendly_name: &str) -> Result<Option<Conference>, TwilioError> {
        let ask = Ask {
            resource: "conferences",
            method: Method::GET,
            path: &["Conferences.json"],
            params: Params::new().with("FriendlyName", friendly_name),
            call_sid: None,
        };
        let found: Vec<Conference> = self.all(ask, "conferences").await?;
        Ok(found.into_iter().find(|conference| {
            conference.friendly_name == friendly_name
                && matches!(conference.status, ConferenceStatus::Init | ConferenceStatus::InProgress)
        }))
    }

    /// Fetches a conference.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when it does not exist; otherwise when Twilio does not answer.
    pub async fn conference(&self, conference_sid: &str) -> Result<Conference, TwilioError> {
        self.json(Ask {
            resource: "conference",
            method: Method::GET,
            path: &["Conferences", &format!("{conference_sid}.json")],
            params: Params::new(),
            call_sid: None,
        })
        .await
    }

    /// Changes a conference.
    ///
    /// # Errors
    /// [`TwilioError::is_already_over`] when it has ended; otherwise when Twilio rejects the request or does not
    /// answer.
    pub async fn update_conference(
        &self,
        conference_sid: &str,
        update: &ConferenceUpdate,
    ) -> Result<Conference, TwilioError> {
        self.json(Ask {
            resource: "conference",
            method: Method::POST,
            path: &["Conferences", &format!("{conference_sid}.json")],
            params: match update {
                ConferenceUpdate::End => Params::new().with("Status", "completed"),
                ConferenceUpdate::Announce(url) => {
                    Params::new().with("AnnounceUrl", url).with("AnnounceMethod", "POST")
                }
            },
            call_sid: None,
        })
        .await
    }
}
