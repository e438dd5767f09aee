//! Conferences: <https://www.twilio.com/docs/voice/api/conference-resource>.

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use reqwest::Method;
use serde::Deserialize;

/// A conference, as Twilio knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Conference {
    /// `CF...`
    pub sid: String,
    /// The name that we gave it.
    pub friendly_name: String,
    /// What has become of it.
    pub status: ConferenceStatus,
    /// Why it ended.
    #[serde(default)]
    pub reason_conference_ended: Option<String>,
}

/// What has become of a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConferenceStatus {
    /// Nobody has started it.
    Init,
    /// It runs.
    InProgress,
    /// It ended.
    Completed,
    /// A word that Twilio has learned since.
    #[serde(other)]
    Other,
}

/// What is to change in a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConferenceUpdate {
    /// It ends, for everybody.
    End,
    /// Everybody hears what the TwiML at this address says.
    Announce(String),
}

impl TwilioRest {
    /// The conference of this name that has not ended, if there is one: it runs, or somebody waits in it. Twilio keeps the
    /// names of such conferences apart.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
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

    /// The conference as Twilio knows it at this moment.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when there is none; else when Twilio does not answer.
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
    /// [`TwilioError::is_already_over`] when it ended before; else when Twilio refuses or does not answer.
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
