//! How legs come about: somebody calls, a browser calls, the service calls.

use super::{Line, Source};
use crate::audio::Voice;
use crate::network::exchange::{Address, Call, Exchange, Listener};
use crate::network::horizon::Horizon;
use crate::network::person::{Behaviour, Person};
use crate::network::recorder::Wanted;
use crate::network::room::Entry;
use crate::network::scenario::{Caller, Scenario};
use crate::twilio::params::{CallStatus, Direction, Leg, Party, Place};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::mpsc;

/// Why somebody cannot call.
#[derive(Debug, Error)]
pub enum PlaceError {
    /// The number is not the account's.
    #[error("the account has no such number")]
    NoSuchNumber,
    /// The application is not the account's.
    #[error("the account has no such TwiML application")]
    NoSuchApplication,
    /// Nothing is to be asked when it is called.
    #[error("nothing is configured to be asked when it is called: it has no VoiceUrl")]
    NoVoiceUrl,
}

/// A call that the service asks for.
#[derive(Debug, Clone)]
pub struct CallOut {
    /// Who seems to call.
    pub from: Party,
    /// Who is called.
    pub to: Party,
    /// What follows the answer.
    pub then: Then,
    /// A document for when that one fails.
    pub fallback: Option<Address>,
    /// Who is told of its progress.
    pub listener: Option<Listener>,
    /// How long it may ring, in seconds.
    pub timeout_s: u32,
    /// Pressed once it is answered.
    pub send_digits: Option<String>,
    /// Whether somebody asks what answered.
    pub detects: Option<Detects>,
    /// Started when it is answered.
    pub record: Option<Wanted>,
}

/// What follows the answer of a call that the service asked for.
#[derive(Debug, Clone)]
pub enum Then {
    /// A document.
    Program(Source),
    /// A conference.
    Room(Box<Entry>),
}

/// Machine detection. <https://www.twilio.com/docs/voice/answering-machine-detection>
#[derive(Debug, Clone)]
pub struct Detects {
    /// Told when it is known, while the call goes on; without, the first document waits for it.
    pub callback: Option<Address>,
}

/// Somebody calls a number of the account, or the account's application from a browser.
///
/// # Errors
/// [`PlaceError`], and nothing has happened.
pub fn ring_in(net: &Arc<Exchange>, scenario: &Scenario) -> Result<String, PlaceError> {
    let caller = &scenario.caller;
    let now = net.clock.now();
    let person = |now| {
        if caller.typed {
            Person::live(now)
        } else {
            Person::with_script(&caller.steps, now)
        }
    };
    if let Some(identity) = caller.from.strip_prefix("client:") {
        let custom = caller.parameters.clone().into_iter().collect();
        let sid = browser_calls(net, caller.application.as_deref(), identity, custom, person(now))?;
        is_typed(net, &sid, caller);
        return Ok(sid);
    }
    let (number_sid, to, voice, fallback, status) = {
        let state = net.state();
        let number = match &caller.to {
            Some(to) => state.number(to),
            None => state.numbers.first(),
        };
        let number = number.ok_or(PlaceError::NoSuchNumber)?;
        let application = number
            .application_sid
            .as_ref()
            .and_then(|sid| state.applications.iter().find(|known| known.sid == *sid));
        let (voice, fallback, status) = match application {
            Some(app) => (&app.voice, &app.fallback, &app.status),
            None => (&number.voice, &number.fallback, &number.status),
        };
        let voice = voice.clone().ok_or(PlaceError::NoVoiceUrl)?;
        (
            number.sid.clone(),
            number.phone_number.clone(),
            voice,
            fallback.clone(),
            status.clone(),
        )
    };
    let leg = Leg {
        extras: vec![
            ("CallerName", caller.name.clone().unwrap_or_default()),
            ("StirVerstat", "TN-Validation-Passed-A".to_owned()),
        ],
        ..leg(net, phone(&caller.from), phone(&to), Direction::Inbound)
    };
    let mut line = open(net, leg, status.map(only_the_end), person(now), Voice::Caller, now);
    let sid = line.sid.clone();
    if let Some(call) = net.state().call_mut(&sid) {
        call.number_sid = Some(number_sid);
    }
    is_typed(net, &sid, caller);
    line.fallback = fallback;
    line.attends = true;
    let source = Source::Ask {
        address: voice,
        extra: vec![],
    };
    net.tasks.spawn(line.inbound(source));
    Ok(sid)
}

/// Keeps for whom somebody types, and who.
fn is_typed(net: &Exchange, sid: &str, caller: &Caller) {
    if let Some(call) = net.state().call_mut(sid) {
        call.typed = caller.typed;
        call.typist.clone_from(&caller.typist);
    }
}

/// A browser calls, as the Voice SDK does: the application's address is asked, with what the browser said beside it.
///
/// # Errors
/// [`PlaceError`], and nothing has happened.
pub fn browser_calls(
    net: &Arc<Exchange>,
    application: Option<&str>,
    identity: &str,
    custom: Vec<(String, String)>,
    person: Person,
) -> Result<String, PlaceError> {
    let now = net.clock.now();
    let (sid, voice, fallback, status) = {
        let state = net.state();
        let app = match application {
            Some(sid) => state.applications.iter().find(|known| known.sid == sid),
            None => state.applications.first(),
        };
        let app = app.ok_or(PlaceError::NoSuchApplication)?;
        let voice = app.voice.clone().ok_or(PlaceError::NoVoiceUrl)?;
        (app.sid.clone(), voice, app.fallback.clone(), app.status.clone())
    };
    let to = custom
        .iter()
        .find(|(name, _)| name == "To")
        .map_or("", |(_, to)| to)
        .to_owned();
    let leg = Leg {
        extras: vec![("ApplicationSid", sid)],
        ..leg(
            net,
            Party::Client(identity.to_owned()),
            address(&to),
            Direction::Inbound,
        )
    };
    let mut line = open(net, leg, status.map(only_the_end), person, Voice::Person, now);
    line.fallback = fallback;
    line.attends = true;
    // What Twilio says itself is not said by the browser.
    line.custom = custom.into_iter().filter(|(name, _)| name != "To").collect();
    let sid = line.sid.clone();
    let source = Source::Ask {
        address: voice,
        extra: vec![],
    };
    net.tasks.spawn(line.inbound(source));
    Ok(sid)
}

/// The service calls somebody. At most one a second; more wait.
pub fn call_out(net: &Arc<Exchange>, out: CallOut) -> String {
    let now = net.clock.now();
    let behaviour = behaviour(net, &out.to);
    let voice = behaviour.voice().ok().flatten().unwrap_or(match &out.to {
        Party::Client(_) => Voice::Person,
        Party::Phone { .. } => Voice::Caller,
    });
    let leg = leg(net, out.from.clone(), out.to.clone(), Direction::OutboundApi);
    let person = behaviour.person(now);
    let mut line = open(net, leg, out.listener.clone(), person, voice, now);
    line.fallback.clone_from(&out.fallback);
    let placed = {
        let mut state = net.state();
        let placed = state.next_outbound.map_or(now, |next| next.max(now));
        let between = TimeDelta::from_std(net.options.between_calls).unwrap_or_default();
        state.next_outbound = Some(placed + between);
        if let Some(call) = state.call_mut(&line.sid) {
            call.queue_ms = (placed - now).num_milliseconds();
        }
        placed
    };
    let sid = line.sid.clone();
    net.tasks.spawn(line.outbound(out, behaviour, placed));
    sid
}

/// A leg that another one dials. It tells that one how it goes.
pub(super) struct Dialled {
    pub from: Party,
    pub to: Party,
    pub parent: String,
    pub listener: Option<Listener>,
    pub whisper: Option<Address>,
    pub custom: Vec<(String, String)>,
}

pub(super) fn dial(net: &Arc<Exchange>, dialled: Dialled, at: DateTime<Utc>) -> String {
    let (by_browser, is_typed) = net.state().call(&dialled.parent).map_or((false, false), |parent| {
        (matches!(parent.leg.from, Party::Client(_)), parent.typed)
    });
    let behaviour = match known(net, &dialled.to) {
        // Who types wants somebody to talk with.
        None if is_typed && matches!(dialled.to, Party::Phone { .. }) => Behaviour::talks(),
        known => known.unwrap_or_else(|| unknown(&dialled.to)),
    };
    // Whom a browser calls is the business's caller; whom a caller is put through to works there.
    let usual = if by_browser { Voice::Caller } else { Voice::Person };
    let voice = behaviour.voice().ok().flatten().unwrap_or(usual);
    let leg = Leg {
        parent_sid: Some(dialled.parent.clone()),
        ..leg(net, dialled.from, dialled.to, Direction::OutboundDial)
    };
    let person = behaviour.person(at);
    let mut line = open(net, leg, dialled.listener, person, voice, at);
    line.parent = Some(dialled.parent);
    line.custom = dialled.custom;
    let sid = line.sid.clone();
    net.tasks.spawn(line.child(behaviour, dialled.whisper));
    sid
}

/// How somebody behaves when they are called.
fn behaviour(net: &Exchange, to: &Party) -> Behaviour {
    known(net, to).unwrap_or_else(|| unknown(to))
}

fn known(net: &Exchange, to: &Party) -> Option<Behaviour> {
    net.state().directory.get(&to.address()).cloned()
}

/// An unknown browser is not there; an unknown number is answered.
fn unknown(to: &Party) -> Behaviour {
    match to {
        Party::Client(_) => Behaviour::absent(),
        Party::Phone { .. } => Behaviour::default(),
    }
}

fn leg(net: &Exchange, from: Party, to: Party, direction: Direction) -> Leg {
    Leg {
        account_sid: net.options.account_sid.clone(),
        sid: net.sid("CA"),
        parent_sid: None,
        from,
        to,
        direction,
        extras: vec![],
        next_sequence: 0,
    }
}

/// Puts a call on the books, with a task that is not started yet.
fn open(
    net: &Arc<Exchange>,
    leg: Leg,
    listener: Option<Listener>,
    person: Person,
    voice: Voice,
    at: DateTime<Utc>,
) -> Line {
    let (controls, from_controls) = mpsc::unbounded_channel();
    let (mouth, from_mouth) = mpsc::unbounded_channel();
    let sid = leg.sid.clone();
    let horizon = Horizon::at(at);
    net.state().calls.push(Call {
        leg,
        status: CallStatus::Initiated,
        created: at,
        updated: at,
        answered: None,
        ended: None,
        ended_by: None,
        answered_by: None,
        number_sid: None,
        typed: false,
        typist: None,
        queue_ms: 0,
        listener,
        peer: None,
        conference: None,
        sounds: vec![],
        horizon: horizon.clone(),
        moments: vec![],
        requests: vec![],
        errors: vec![],
        verdict: None,
        controls: Some(controls),
        mouth: Some(mouth),
    });
    net.wake();
    Line {
        net: Arc::clone(net),
        sid,
        at,
        horizon,
        person,
        attends: false,
        voice,
        controls: from_controls,
        mouth: from_mouth,
        pending: VecDeque::new(),
        parent: None,
        fallback: None,
        custom: vec![],
    }
}

fn only_the_end(address: Address) -> Listener {
    Listener {
        address,
        events: vec!["completed".to_owned()],
    }
}

/// A telephone, of which Twilio knows nothing more.
#[must_use]
pub fn phone(number: &str) -> Party {
    Party::Phone {
        number: number.to_owned(),
        place: Place::UNKNOWN,
    }
}

/// A telephone or a browser.
#[must_use]
pub fn address(text: &str) -> Party {
    match text.strip_prefix("client:") {
        Some(identity) => Party::Client(identity.to_owned()),
        None => phone(text),
    }
}
