//! Shared state of the network: calls, recordings, conferences, numbers, applications, parties and faults.
//!
//! One lock, held briefly and never across an `await`. [`super::leg`] runs the legs; this module holds their history
//! and what REST reads.

mod application;
mod call;
mod conference;
mod control;
mod expectation;
mod number;
mod recording;
mod stream;

pub use application::Application;
pub use call::{Call, Request, Sound, TimelineEntry, TimelineEvent, Track, Utterance};
pub use conference::{Conference, Participant};
pub use control::{ChildStatus, ConferenceEvent, Control, Ending, Source};
pub use number::Number;
pub use recording::{Paused, Recording, RecordingOptions, RecordingStatus};
pub use stream::{ServiceMessage, Stream, StreamCommand};

use super::Options;
use super::clock::Clock;
use super::faults::Faults;
use super::party::Behavior;
use super::scenario::Expect;
use super::webhook::WebhookRequest;
use super::webhook_client::WebhookClient;
use crate::twilio::sid::Mint;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Everything that the parts of a network share.
pub struct Switch {
    pub options: Options,
    pub clock: Arc<Clock>,
    pub webhook_client: WebhookClient,
    /// Base URL of this network, used in recording URLs.
    pub base_url: String,
    /// Counts changes of calls; followers wait on it.
    pub changes: watch::Sender<u64>,
    /// Canceled when the network stops.
    pub stop: CancellationToken,
    pub tasks: TaskTracker,
    /// Call SIDs of calls placed through the control endpoint, by idempotency key.
    pub placed: tokio::sync::Mutex<HashMap<String, String>>,
    state: Mutex<State>,
    queues: Mutex<HashMap<String, mpsc::UnboundedSender<WebhookRequest>>>,
    undelivered: AtomicUsize,
    mint: Mint,
    minted: AtomicU64,
}

/// Mutable state.
#[derive(Default)]
pub struct State {
    /// In order of creation, as the three lists below.
    pub calls: Vec<Call>,
    pub recordings: Vec<Recording>,
    pub conferences: Vec<Conference>,
    pub streams: Vec<Stream>,
    pub numbers: Vec<Number>,
    pub applications: Vec<Application>,
    /// Behavior of callable parties, by address.
    pub directory: BTreeMap<String, Behavior>,
    pub faults: Faults,
    /// The call whose scenario injected the faults. They end with it.
    pub faults_of: Option<String>,
    /// Expected outcome by call SID.
    pub expectations: HashMap<String, Expect>,
    /// Earliest time of the next outbound call.
    pub next_outbound: Option<DateTime<Utc>>,
}

impl Switch {
    /// A network with the numbers and applications of its options.
    pub fn new(options: Options, clock: Arc<Clock>, webhook_client: WebhookClient, base_url: String) -> Arc<Self> {
        let mint = Mint::new(format!(
            "network {} {}",
            options.account_sid,
            clock.now().timestamp_micros()
        ));
        let switch = Self {
            clock,
            webhook_client,
            changes: watch::Sender::new(0),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            placed: tokio::sync::Mutex::default(),
            state: Mutex::default(),
            queues: Mutex::default(),
            undelivered: AtomicUsize::new(0),
            base_url,
            mint,
            minted: AtomicU64::new(0),
            options,
        };
        let now = switch.clock.now();
        {
            let mut state = switch.state();
            for spec in &switch.options.numbers {
                let number = Number::from_spec(switch.sid("PN"), spec, now);
                state.numbers.push(number);
            }
            for spec in &switch.options.applications {
                state.applications.push(Application::from_spec(spec, now));
            }
        }
        Arc::new(switch)
    }

    /// Locks the state.
    ///
    /// # Panics
    /// If a thread panicked while holding the lock.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while holding the state")
    }

    /// A new SID with this prefix.
    pub fn sid(&self, prefix: &str) -> String {
        self.mint.sid(prefix, &self.count().to_string())
    }

    /// A new idempotency token, formatted as a UUID.
    pub fn token(&self) -> String {
        self.mint.token(&self.count().to_string())
    }

    /// A new unique number.
    pub fn count(&self) -> u64 {
        self.minted.fetch_add(1, Ordering::Relaxed)
    }

    /// Notifies followers of a change.
    pub fn notify_changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Appends an event to a call's timeline.
    pub fn log_event(&self, call_sid: &str, at: DateTime<Utc>, event: TimelineEvent) {
        if let Some(call) = self.state().call_mut(call_sid) {
            call.timeline.push(TimelineEntry { at, event });
        }
        self.notify_changed();
    }

    /// Appends a callback to the queue with this key. Returns the receiver of a new queue, which the caller delivers in
    /// order.
    pub(super) fn push_callback(
        &self,
        key: &str,
        webhook: WebhookRequest,
    ) -> Option<mpsc::UnboundedReceiver<WebhookRequest>> {
        let mut queues = self.queues.lock().expect("no panic while holding the queues");
        let mut created = None;
        let queue = queues.entry(key.to_owned()).or_insert_with(|| {
            let (sender, webhooks) = mpsc::unbounded_channel();
            created = Some(webhooks);
            sender
        });
        self.expect_callback();
        // The receiver ends only with the network.
        let _ = queue.send(webhook);
        created
    }

    /// Counts one more callback as undelivered.
    pub(super) fn expect_callback(&self) {
        self.undelivered.fetch_add(1, Ordering::SeqCst);
    }

    /// Marks `count` callbacks as delivered or abandoned.
    pub(super) fn delivered(&self, count: usize) {
        self.undelivered.fetch_sub(count, Ordering::SeqCst);
        self.notify_changed();
    }

    /// Whether every call has ended, every recording is processed and every callback is delivered.
    pub fn is_quiet(&self) -> bool {
        let state = self.state();
        let settled = |status| matches!(status, RecordingStatus::Completed | RecordingStatus::Absent);
        state.calls.iter().all(|call| call.controls.is_none())
            && state.recordings.iter().all(|recording| settled(recording.status))
            && self.undelivered.load(Ordering::SeqCst) == 0
    }

    /// Appends a sound to a call.
    pub fn add_sound(&self, call_sid: &str, utterance: Utterance) {
        if let Some(call) = self.state().call_mut(call_sid) {
            call.sounds.push(utterance);
        }
    }

    /// Ends a sound early in every leg and conference that hears it.
    pub fn cut_sound(&self, id: u64, at: DateTime<Utc>) {
        let mut state = self.state();
        let State { calls, conferences, .. } = &mut *state;
        let everywhere = calls
            .iter_mut()
            .filter(|call| call.ended.is_none_or(|ended| ended >= at))
            .flat_map(|call| &mut call.sounds)
            .chain(conferences.iter_mut().flat_map(|conference| &mut conference.sounds));
        for utterance in everywhere.filter(|utterance| utterance.id == id && utterance.until > at) {
            utterance.until = at.max(utterance.at);
        }
    }
}

impl State {
    /// A call by its SID.
    #[must_use]
    pub fn call(&self, sid: &str) -> Option<&Call> {
        // Recent calls are looked up most often.
        self.calls.iter().rev().find(|call| call.leg.sid == sid)
    }

    /// A call that is looked up repeatedly; `place` caches its index.
    #[must_use]
    pub fn call_at(&self, place: &mut usize, sid: &str) -> Option<&Call> {
        if self.calls.get(*place).is_none_or(|call| call.leg.sid != sid) {
            *place = self.calls.iter().rposition(|call| call.leg.sid == sid)?;
        }
        self.calls.get(*place)
    }

    /// A call by its SID, mutable.
    pub fn call_mut(&mut self, sid: &str) -> Option<&mut Call> {
        self.calls.iter_mut().rev().find(|call| call.leg.sid == sid)
    }

    /// A recording by its SID.
    pub fn recording_mut(&mut self, sid: &str) -> Option<&mut Recording> {
        self.recordings.iter_mut().rev().find(|recording| recording.sid == sid)
    }

    /// A conference by its SID.
    pub fn conference_mut(&mut self, sid: &str) -> Option<&mut Conference> {
        self.conferences
            .iter_mut()
            .rev()
            .find(|conference| conference.sid == sid)
    }

    /// A number of the account, in E.164.
    #[must_use]
    pub fn number(&self, number: &str) -> Option<&Number> {
        self.numbers.iter().find(|known| known.phone_number == number)
    }
}
