//! A media stream, while it runs and afterwards.

use super::Address;
use crate::network::stream::Order;
use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

/// `Streams`: <https://www.twilio.com/docs/voice/api/stream-resource>.
#[derive(Debug, Clone)]
pub struct Stream {
    /// `MZ...`
    pub sid: String,
    /// The leg.
    pub call_sid: String,
    /// By which it can be stopped.
    pub name: Option<String>,
    /// Whether the service may answer in it.
    pub is_bidirectional: bool,
    /// Once its socket was open.
    pub is_started: bool,
    /// Until it was stopped, or could not be started.
    pub is_running: bool,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// Who is told of it.
    pub listener: Option<Address>,
    /// The way to its task. It leads nowhere once the stream is over.
    pub orders: mpsc::UnboundedSender<Order>,
}

impl Stream {
    /// Twilio's word for where it is in its life.
    #[must_use]
    pub fn status(&self) -> &'static str {
        if self.is_running { "in-progress" } else { "stopped" }
    }

    /// Whether it goes by this identifier or name.
    #[must_use]
    pub fn is_called(&self, sid_or_name: &str) -> bool {
        self.sid == sid_or_name || self.name.as_deref() == Some(sid_or_name)
    }
}
