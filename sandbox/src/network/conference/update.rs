//! Changes of a participant through REST.

use super::JoinError;
use super::callback::conference_event;
use crate::network::switch::{Conference, ConferenceEvent, Control, Participant, State, Switch};
use crate::network::webhook::Address;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Changes of a participant; `None` leaves a property unchanged.
#[derive(Debug, Clone, Default)]
pub struct ParticipantUpdate {
    pub muted: Option<bool>,
    pub hold: Option<bool>,
    pub hold_url: Option<Address>,
    pub coaching: Option<bool>,
    pub coached: Option<String>,
    pub end_on_exit: Option<bool>,
    pub announce: Option<Address>,
}

/// Changes a participant, found by call SID or label. `None` if there is no such participant.
///
/// # Errors
/// [`JoinError::CoachedCallAbsent`].
pub fn update(
    net: &Arc<Switch>,
    conference_sid: &str,
    who: &str,
    update: &ParticipantUpdate,
    at: DateTime<Utc>,
) -> Result<Option<Participant>, JoinError> {
    let mut state = net.state();
    let State { conferences, calls, .. } = &mut *state;
    let Some(conference) = conferences
        .iter_mut()
        .find(|known| known.sid == conference_sid && known.status != "completed")
    else {
        return Ok(None);
    };
    if let Some(coached) = &update.coached
        && !conference.participants.iter().any(|one| one.call_sid == *coached)
    {
        return Err(JoinError::CoachedCallAbsent);
    }
    let Some(one) = conference.participant_mut(who) else {
        return Ok(None);
    };
    let before = one.clone();
    one.updated = at;
    one.muted = update.muted.unwrap_or(one.muted);
    one.hold = update.hold.unwrap_or(one.hold);
    one.end_on_exit = update.end_on_exit.unwrap_or(one.end_on_exit);
    if update.coached.is_some() {
        one.coached.clone_from(&update.coached);
        one.coaching = true;
    }
    one.coaching = update.coaching.unwrap_or(one.coaching);
    if !one.coaching {
        one.coached = None;
    }
    let now = one.clone();
    let send_event =
        |conference: &mut Conference, event| conference_event(net, conference, event, Some(&now), vec![], at);
    if before.muted != now.muted {
        send_event(
            conference,
            if now.muted {
                "participant-mute"
            } else {
                "participant-unmute"
            },
        );
    }
    if before.hold != now.hold {
        send_event(
            conference,
            if now.hold {
                "participant-hold"
            } else {
                "participant-unhold"
            },
        );
    }
    let modified = |one: &Participant| (one.coaching, one.coached.clone(), one.end_on_exit);
    if modified(&before) != modified(&now) {
        send_event(conference, "participant-modify");
    }
    if let Some(call) = calls.iter().rev().find(|call| call.leg.sid == now.call_sid) {
        match (before.hold, now.hold) {
            (false, true) => call.send(Control::Conference(ConferenceEvent::Hold(update.hold_url.clone()))),
            (true, false) => call.send(Control::Conference(ConferenceEvent::Unhold)),
            _ => {}
        }
        if let Some(address) = &update.announce {
            call.send(Control::Conference(ConferenceEvent::Announce(address.clone())));
        }
    }
    Ok(Some(now))
}

/// Sends `announcement-end` or `announcement-fail`.
pub fn announcement_event(
    net: &Arc<Switch>,
    call_sid: &str,
    event: &'static str,
    address: &Address,
    at: DateTime<Utc>,
) {
    let mut state = net.state();
    let Some(sid) = state.call(call_sid).and_then(|call| call.conference.clone()) else {
        return;
    };
    let Some(conference) = state.conference_mut(&sid) else {
        return;
    };
    let Some(one) = conference.participant_mut(call_sid).cloned() else {
        return;
    };
    let more = vec![("AnnounceUrl", address.url.clone())];
    conference_event(net, conference, event, Some(&one), more, at);
}
