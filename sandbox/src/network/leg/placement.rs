//! Placing calls: inbound, from a browser, and outbound.

use super::Leg;
use crate::network::audio_watermark::AudioWatermark;
use crate::network::conference::JoinRequest;
use crate::network::party::{Behavior, Party};
use crate::network::scenario::{Caller, Scenario};
use crate::network::switch::{Call, RecordingOptions, Source, Switch};
use crate::network::webhook::{Address, Listener};
use crate::twilio::params::{CallStatus, Direction, LegParams, PartyAddress, Place};
use audio::Voice;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::mpsc;

/// Why a call cannot be placed.
#[derive(Debug, Error)]
pub enum PlaceError {
    #[error("the account has no such number")]
    NoSuchNumber,
    #[error("the account has no such TwiML application")]
    NoSuchApplication,
    #[error("the number or application has no VoiceUrl")]
    NoVoiceUrl,
}

/// An outbound call requested through REST.
#[derive(Debug, Clone)]
pub struct OutboundCall {
    pub from: PartyAddress,
    pub to: PartyAddress,
    pub then: OnAnswer,
    /// Requested when the document fails.
    pub fallback: Option<Address>,
    pub listener: Option<Listener>,
    /// Ring timeout in seconds.
    pub timeout_s: u32,
    /// Keys pressed after the answer.
    pub send_digits: Option<String>,
    pub detection: Option<MachineDetection>,
    /// Starts when the call is answered.
    pub record: Option<RecordingOptions>,
}

/// What an outbound call does after the answer.
#[derive(Debug, Clone)]
pub enum OnAnswer {
    Execute(Source),
    Join(Box<JoinRequest>),
}

/// Answering machine detection. <https://www.twilio.com/docs/voice/answering-machine-detection>
#[derive(Debug, Clone)]
pub struct MachineDetection {
    /// Receives the result asynchronously. Without it, the first document request waits for the result.
    pub callback: Option<Address>,
}

/// Places a scenario's call to a number of the account, or from a browser to its application.
///
/// # Errors
/// [`PlaceError`]; nothing was changed.
pub fn place_inbound(net: &Arc<Switch>, scenario: &Scenario) -> Result<String, PlaceError> {
    let caller = &scenario.caller;
    let now = net.clock.now();
    let party = |now| {
        if caller.typed {
            Party::live(now)
        } else {
            Party::with_script(&caller.steps, now)
        }
    };
    if let Some(identity) = caller.from.strip_prefix("client:") {
        let custom = caller.parameters.clone().into_iter().collect();
        let sid = place_from_browser(net, caller.application.as_deref(), identity, custom, party(now))?;
        set_typist(net, &sid, caller);
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
    let params = LegParams {
        extras: vec![
            ("CallerName", caller.name.clone().unwrap_or_default()),
            ("StirVerstat", "TN-Validation-Passed-A".to_owned()),
        ],
        ..leg_params(net, phone(&caller.from), phone(&to), Direction::Inbound)
    };
    let mut leg = open(net, params, status.map(only_the_end), party(now), Voice::Caller, now);
    let sid = leg.sid.clone();
    if let Some(call) = net.state().call_mut(&sid) {
        call.number_sid = Some(number_sid);
    }
    set_typist(net, &sid, caller);
    leg.fallback = fallback;
    leg.is_party_present = true;
    let source = Source::Ask {
        address: voice,
        extra: vec![],
    };
    net.tasks.spawn(leg.run_inbound(source));
    Ok(sid)
}

/// Records whether the caller types, and the typist's identifier.
fn set_typist(net: &Switch, sid: &str, caller: &Caller) {
    if let Some(call) = net.state().call_mut(sid) {
        call.typed = caller.typed;
        call.typist.clone_from(&caller.typist);
    }
}

/// Places a call from a browser, as the Voice SDK does: the application's voice URL is requested with the browser's
/// parameters.
///
/// # Errors
/// [`PlaceError`]; nothing was changed.
pub fn place_from_browser(
    net: &Arc<Switch>,
    application: Option<&str>,
    identity: &str,
    custom: Vec<(String, String)>,
    party: Party,
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
    let params = LegParams {
        extras: vec![("ApplicationSid", sid)],
        ..leg_params(
            net,
            PartyAddress::Client(identity.to_owned()),
            address(&to),
            Direction::Inbound,
        )
    };
    let mut leg = open(net, params, status.map(only_the_end), party, Voice::Person, now);
    leg.fallback = fallback;
    leg.is_party_present = true;
    // `To` is a standard parameter and not sent twice.
    leg.custom = custom.into_iter().filter(|(name, _)| name != "To").collect();
    let sid = leg.sid.clone();
    let source = Source::Ask {
        address: voice,
        extra: vec![],
    };
    net.tasks.spawn(leg.run_inbound(source));
    Ok(sid)
}

/// Places an outbound call. Calls queue so that consecutive ones are `between_calls` apart.
pub fn place_outbound(net: &Arc<Switch>, out: OutboundCall) -> String {
    let now = net.clock.now();
    let behavior = behavior(net, &out.to);
    let voice = behavior.voice().ok().flatten().unwrap_or(match &out.to {
        PartyAddress::Client(_) => Voice::Person,
        PartyAddress::Phone { .. } => Voice::Caller,
    });
    let params = leg_params(net, out.from.clone(), out.to.clone(), Direction::OutboundApi);
    let party = behavior.party(now);
    let mut leg = open(net, params, out.listener.clone(), party, voice, now);
    leg.fallback.clone_from(&out.fallback);
    let placed = {
        let mut state = net.state();
        let placed = state.next_outbound.map_or(now, |next| next.max(now));
        let between = TimeDelta::from_std(net.options.between_calls).unwrap_or_default();
        state.next_outbound = Some(placed + between);
        if let Some(call) = state.call_mut(&leg.sid) {
            call.queue_ms = (placed - now).num_milliseconds();
        }
        placed
    };
    let sid = leg.sid.clone();
    net.tasks.spawn(leg.run(out, behavior, placed));
    sid
}

/// A leg dialed by another leg, to which it reports its progress.
pub(super) struct DialedLeg {
    pub from: PartyAddress,
    pub to: PartyAddress,
    pub parent: String,
    pub listener: Option<Listener>,
    pub whisper: Option<Address>,
    pub custom: Vec<(String, String)>,
}

pub(super) fn dial(net: &Arc<Switch>, dialed: DialedLeg, at: DateTime<Utc>) -> String {
    let (by_browser, is_typed) = net.state().call(&dialed.parent).map_or((false, false), |parent| {
        (matches!(parent.leg.from, PartyAddress::Client(_)), parent.typed)
    });
    let behavior = match known(net, &dialed.to) {
        // A typing caller needs a party that replies.
        None if is_typed && matches!(dialed.to, PartyAddress::Phone { .. }) => Behavior::replying(),
        known => known.unwrap_or_else(|| unknown(&dialed.to)),
    };
    // A browser dials customers; a caller is put through to a team member.
    let usual = if by_browser { Voice::Caller } else { Voice::Person };
    let voice = behavior.voice().ok().flatten().unwrap_or(usual);
    let params = LegParams {
        parent_sid: Some(dialed.parent.clone()),
        ..leg_params(net, dialed.from, dialed.to, Direction::OutboundDial)
    };
    let party = behavior.party(at);
    let mut leg = open(net, params, dialed.listener, party, voice, at);
    leg.parent = Some(dialed.parent);
    leg.custom = dialed.custom;
    let sid = leg.sid.clone();
    net.tasks.spawn(leg.run_child(behavior, dialed.whisper));
    sid
}

/// Behavior of a called party.
fn behavior(net: &Switch, to: &PartyAddress) -> Behavior {
    known(net, to).unwrap_or_else(|| unknown(to))
}

fn known(net: &Switch, to: &PartyAddress) -> Option<Behavior> {
    net.state().directory.get(&to.address()).cloned()
}

/// Default behavior: an unregistered browser does not answer, an unregistered number does.
fn unknown(to: &PartyAddress) -> Behavior {
    match to {
        PartyAddress::Client(_) => Behavior::absent(),
        PartyAddress::Phone { .. } => Behavior::default(),
    }
}

fn leg_params(net: &Switch, from: PartyAddress, to: PartyAddress, direction: Direction) -> LegParams {
    LegParams {
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

/// Registers the call. The task of the leg is not started yet.
fn open(
    net: &Arc<Switch>,
    params: LegParams,
    listener: Option<Listener>,
    party: Party,
    voice: Voice,
    at: DateTime<Utc>,
) -> Leg {
    let (controls, from_controls) = mpsc::unbounded_channel();
    let (typed_actions, from_typist) = mpsc::unbounded_channel();
    let sid = params.sid.clone();
    let watermark = AudioWatermark::at(at);
    net.state().calls.push(Call {
        leg: params,
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
        watermark: watermark.clone(),
        timeline: vec![],
        requests: vec![],
        errors: vec![],
        report: None,
        controls: Some(controls),
        typed_actions: Some(typed_actions),
    });
    net.notify_changed();
    Leg {
        net: Arc::clone(net),
        sid,
        at,
        watermark,
        party,
        is_party_present: false,
        voice,
        controls: from_controls,
        typed_actions: from_typist,
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

/// A phone number without location.
#[must_use]
pub fn phone(number: &str) -> PartyAddress {
    PartyAddress::Phone {
        number: number.to_owned(),
        place: Place::UNKNOWN,
    }
}

/// A phone number, or `client:` and an identity.
#[must_use]
pub fn address(text: &str) -> PartyAddress {
    match text.strip_prefix("client:") {
        Some(identity) => PartyAddress::Client(identity.to_owned()),
        None => phone(text),
    }
}
