//! [`Faults`]: what an operator has to mend before something works again, such as wrong credentials or a missing bucket.
//!
//! A fault is reported where a request is refused, and ends with the next request of the same area that is accepted. It
//! is known to the process that noticed it.

use crate::clock::SharedClock;
use domain::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// Twilio refuses our credentials.
    TwilioCredentials,
    /// A number or application at Twilio cannot be used.
    TwilioNumbers,
    /// The store of recordings refuses requests.
    RecordingStore,
    /// The provider of a model refuses our credentials.
    Models,
}

impl Area {
    /// The name in `/health` and in the label of a metric.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TwilioCredentials => "twilio_credentials",
            Self::TwilioNumbers => "twilio_numbers",
            Self::RecordingStore => "recording_store",
            Self::Models => "models",
        }
    }
}

/// A fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub area: Area,
    /// What was refused, and why. No secrets and no personal values.
    pub cause: String,
    /// When it was noticed first.
    pub since: Timestamp,
}

/// The present faults. Cheap to clone; clones share state.
#[derive(Clone)]
pub struct Faults(Arc<Inner>);

struct Inner {
    clock: SharedClock,
    present: Mutex<BTreeMap<Area, Fault>>,
}

impl std::fmt::Debug for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.present()).finish()
    }
}

impl Faults {
    /// No faults.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self(Arc::new(Inner {
            clock,
            present: Mutex::default(),
        }))
    }

    /// Reports a fault. One that is known keeps its time; its cause is logged once.
    pub fn report(&self, area: Area, cause: impl Into<String>) {
        let cause = cause.into();
        let mut present = self.0.present.lock().unwrap_or_else(PoisonError::into_inner);
        let known = present.get(&area);
        if known.is_none_or(|known| known.cause != cause) {
            tracing::error!(area = area.as_str(), cause, "configuration fault");
        }
        let since = known.map_or_else(|| self.0.clock.now(), |known| known.since);
        present.insert(area, Fault { area, cause, since });
        metrics::gauge!("configuration_faults", "area" => area.as_str()).set(1.0);
    }

    /// Ends a fault, if there is one: a request of its area was accepted.
    pub fn end(&self, area: Area) {
        let mut present = self.0.present.lock().unwrap_or_else(PoisonError::into_inner);
        if present.remove(&area).is_some() {
            tracing::info!(area = area.as_str(), "configuration fault mended");
            metrics::gauge!("configuration_faults", "area" => area.as_str()).set(0.0);
        }
    }

    /// The present faults.
    #[must_use]
    pub fn present(&self) -> Vec<Fault> {
        let present = self.0.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::TestClock;

    #[test]
    fn fault_stands_since_it_was_noticed_until_its_area_works() {
        let clock = TestClock::at(Timestamp::from_seconds(10));
        let faults = Faults::new(clock.clone());
        faults.report(Area::RecordingStore, "status 404, NoSuchBucket");
        clock.advance_seconds(5);
        faults.report(Area::RecordingStore, "status 403, SignatureDoesNotMatch");
        faults.end(Area::TwilioCredentials);
        let present = faults.present();
        assert_eq!(present.len(), 1);
        assert_eq!(present[0].cause, "status 403, SignatureDoesNotMatch");
        assert_eq!(present[0].since, Timestamp::from_seconds(10));
        faults.end(Area::RecordingStore);
        assert_eq!(faults.present(), []);
    }
}
