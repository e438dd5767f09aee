//! What the network knows: calls, recordings, conferences, numbers, applications, who can be called, and faults.
//!
//! One lock, held for moments and never across an `await`. A leg's own life is told by [`super::line`]; this is what it
//! leaves behind, and what REST reads.

mod application;
mod call;
mod conference;
mod faults;
mod number;
mod recording;
mod stream;

pub use application::Application;
pub use call::{Call, Moment, Request, Sound, Track, Utterance, What};
pub use conference::{Conference, Participant};
pub use faults::{CallbackFaults, Faults, MediaFault, RestFault};
pub use number::Number;
pub use recording::{Paused, Recording, RecordingStatus};
pub use stream::Stream;

use super::clock::Clock;
use super::courier::{Courier, Errand};
use super::person::Behaviour;
use super::scenario::Expect;
use super::{Options, sound};
use crate::twilio::sid::Mint;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// An absolute address that is told of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// With its fragment, if it has one: that is where connection overrides are.
    pub url: String,
    /// GET rather than POST.
    pub get: bool,
}

/// An address, and which events it is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// Where.
    pub address: Address,
    /// Which, by their names in TwiML: `answered`, `completed`, `join`, ...
    pub events: Vec<String>,
}

/// Everything that the network's parts share.
pub struct Exchange {
    /// As it was started.
    pub options: Options,
    /// Its time.
    pub clock: Arc<Clock>,
    /// Its way to the service.
    pub courier: Courier,
    /// Where it is reached, as in the addresses of recordings.
    pub base_url: String,
    /// Counts what was told of calls: followers wait for it.
    pub told: watch::Sender<u64>,
    /// Cancelled when the network stops.
    pub stop: CancellationToken,
    /// Every task of the network.
    pub tasks: TaskTracker,
    /// Which call was placed from outside under which key.
    pub placed: tokio::sync::Mutex<HashMap<String, String>>,
    state: Mutex<State>,
    queues: Mutex<HashMap<String, mpsc::UnboundedSender<Errand>>>,
    undelivered: AtomicUsize,
    mint: Mint,
    minted: AtomicU64,
}

/// What changes.
#[derive(Default)]
pub struct State {
    /// In the order in which they were made.
    pub calls: Vec<Call>,
    /// Likewise.
    pub recordings: Vec<Recording>,
    /// Likewise.
    pub conferences: Vec<Conference>,
    /// Likewise.
    pub streams: Vec<Stream>,
    /// The account's numbers.
    pub numbers: Vec<Number>,
    /// The account's TwiML applications.
    pub applications: Vec<Application>,
    /// How those who can be called behave, by address.
    pub directory: BTreeMap<String, Behaviour>,
    /// What goes wrong, on demand.
    pub faults: Faults,
    /// What scenarios expect of their calls.
    pub expectations: HashMap<String, Expect>,
    /// When the next outbound call may be placed: one a second.
    pub next_outbound: Option<DateTime<Utc>>,
}

impl Exchange {
    /// A network with nothing in it but the numbers and applications of its options.
    pub fn new(options: Options, clock: Arc<Clock>, courier: Courier, base_url: String) -> Arc<Self> {
        let mint = Mint::new(format!(
            "network {} {}",
            options.account_sid,
            clock.now().timestamp_micros()
        ));
        let exchange = Self {
            clock,
            courier,
            told: watch::Sender::new(0),
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
        let now = exchange.clock.now();
        {
            let mut state = exchange.state();
            for spec in &exchange.options.numbers {
                let number = Number::from_spec(exchange.sid("PN"), spec, now);
                state.numbers.push(number);
            }
            for spec in &exchange.options.applications {
                state.applications.push(Application::from_spec(spec, now));
            }
        }
        Arc::new(exchange)
    }

    /// The state, for a moment.
    ///
    /// # Panics
    /// If something panicked while it held the state.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the state")
    }

    /// A new identifier of a kind.
    pub fn sid(&self, prefix: &str) -> String {
        self.mint.sid(prefix, &self.count().to_string())
    }

    /// A new token in the form of a UUID.
    pub fn token(&self) -> String {
        self.mint.token(&self.count().to_string())
    }

    /// A number that was not given before.
    pub fn count(&self) -> u64 {
        self.minted.fetch_add(1, Ordering::Relaxed)
    }

    /// Tells followers that something happened.
    pub fn wake(&self) {
        self.told.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Keeps a moment of a call's story.
    pub fn note(&self, call_sid: &str, at: DateTime<Utc>, what: What) {
        if let Some(call) = self.state().call_mut(call_sid) {
            call.moments.push(Moment { at, what });
        }
        self.wake();
    }

    /// Sends a callback after those that were sent before under the same key. Nobody waits for it.
    ///
    /// # Panics
    /// If something panicked while it held the queues.
    pub fn tell(self: &Arc<Self>, key: &str, errand: Errand) {
        let mut queues = self.queues.lock().expect("nothing panics while it holds the queues");
        let queue = queues.entry(key.to_owned()).or_insert_with(|| {
            let (sender, errands) = mpsc::unbounded_channel();
            self.tasks.spawn(super::courier::deliver(Arc::clone(self), errands));
            sender
        });
        self.undelivered.fetch_add(1, Ordering::SeqCst);
        // The receiver ends only with the network.
        let _ = queue.send(errand);
    }

    /// Sends a callback once the clock shows this time.
    pub fn tell_at(self: &Arc<Self>, at: DateTime<Utc>, key: &str, errand: Errand) {
        // Counted from now on, for it is still to come.
        self.undelivered.fetch_add(1, Ordering::SeqCst);
        let (net, key) = (Arc::clone(self), key.to_owned());
        self.tasks.spawn(async move {
            tokio::select! {
                () = net.clock.sleep_until(at) => net.tell(&key, errand),
                () = net.stop.cancelled() => {}
            }
            net.delivered(1);
        });
    }

    /// So many callbacks were delivered, or given up.
    pub(super) fn delivered(&self, count: usize) {
        self.undelivered.fetch_sub(count, Ordering::SeqCst);
        self.wake();
    }

    /// Whether every call is over, every recording processed and every callback delivered.
    pub fn is_quiet(&self) -> bool {
        let state = self.state();
        let settled = |status| matches!(status, RecordingStatus::Completed | RecordingStatus::Absent);
        state.calls.iter().all(|call| call.controls.is_none())
            && state.recordings.iter().all(|recording| settled(recording.status))
            && self.undelivered.load(Ordering::SeqCst) == 0
    }

    /// Adds a sound to what was heard on a call, and gives it a number by which it can be cut.
    pub fn lay(&self, call_sid: &str, utterance: Utterance) {
        if let Some(call) = self.state().call_mut(call_sid) {
            call.sounds.push(utterance);
        }
    }

    /// Ends a sound early, wherever it is heard.
    pub fn cut(&self, id: u64, at: DateTime<Utc>) {
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

    /// How long it takes to say something.
    pub fn duration(&self, sound: &Sound) -> chrono::TimeDelta {
        sound::duration(sound)
    }
}

impl State {
    /// A call by its identifier.
    #[must_use]
    pub fn call(&self, sid: &str) -> Option<&Call> {
        // The last ones are asked for most.
        self.calls.iter().rev().find(|call| call.leg.sid == sid)
    }

    /// A call that is asked for again and again: `place` is where it was the last time.
    #[must_use]
    pub fn call_at(&self, place: &mut usize, sid: &str) -> Option<&Call> {
        if self.calls.get(*place).is_none_or(|call| call.leg.sid != sid) {
            *place = self.calls.iter().rposition(|call| call.leg.sid == sid)?;
        }
        self.calls.get(*place)
    }

    /// A call to be changed.
    pub fn call_mut(&mut self, sid: &str) -> Option<&mut Call> {
        self.calls.iter_mut().rev().find(|call| call.leg.sid == sid)
    }

    /// A recording by its identifier.
    pub fn recording_mut(&mut self, sid: &str) -> Option<&mut Recording> {
        self.recordings.iter_mut().rev().find(|recording| recording.sid == sid)
    }

    /// A conference by its identifier.
    pub fn conference_mut(&mut self, sid: &str) -> Option<&mut Conference> {
        self.conferences
            .iter_mut()
            .rev()
            .find(|conference| conference.sid == sid)
    }

    /// A number by its digits.
    #[must_use]
    pub fn number(&self, number: &str) -> Option<&Number> {
        self.numbers.iter().find(|known| known.phone_number == number)
    }
}
