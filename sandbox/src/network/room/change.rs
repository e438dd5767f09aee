//! What REST changes about those who sit in a conference.

use super::NoSeat;
use crate::network::exchange::{Address, Conference, Exchange, Participant, State};
use crate::network::line::{Control, Seat, conference_event};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What is to change about a participant; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Not heard by the others.
    pub muted: Option<bool>,
    /// Neither hears nor is heard.
    pub hold: Option<bool>,
    /// What is heard on hold.
    pub hold_url: Option<Address>,
    /// Heard only by the one who is coached.
    pub coaching: Option<bool>,
    /// Who is coached.
    pub coached: Option<String>,
    /// The conference ends with them.
    pub end_on_exit: Option<bool>,
    /// What is announced to them.
    pub announce: Option<Address>,
}

/// Changes something about a participant, by call or label. `None` if they do not sit there.
///
/// # Errors
/// [`NoSeat::NobodyToCoach`].
pub fn change(
    net: &Arc<Exchange>,
    conference_sid: &str,
    who: &str,
    change: &Change,
    at: DateTime<Utc>,
) -> Result<Option<Participant>, NoSeat> {
    let mut state = net.state();
    let State { conferences, calls, .. } = &mut *state;
    let Some(conference) = conferences
        .iter_mut()
        .find(|known| known.sid == conference_sid && known.status != "completed")
    else {
        return Ok(None);
    };
    if let Some(coached) = &change.coached
        && !conference.participants.iter().any(|one| one.call_sid == *coached)
    {
        return Err(NoSeat::NobodyToCoach);
    }
    let Some(one) = conference.participant_mut(who) else {
        return Ok(None);
    };
    let before = one.clone();
    one.updated = at;
    one.muted = change.muted.unwrap_or(one.muted);
    one.hold = change.hold.unwrap_or(one.hold);
    one.end_on_exit = change.end_on_exit.unwrap_or(one.end_on_exit);
    if change.coached.is_some() {
        one.coached.clone_from(&change.coached);
        one.coaching = true;
    }
    one.coaching = change.coaching.unwrap_or(one.coaching);
    if !one.coaching {
        one.coached = None;
    }
    let now = one.clone();
    let tell = |conference: &mut Conference, event| conference_event(net, conference, event, Some(&now), vec![], at);
    if before.muted != now.muted {
        tell(
            conference,
            if now.muted {
                "participant-mute"
            } else {
                "participant-unmute"
            },
        );
    }
    if before.hold != now.hold {
        tell(
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
        tell(conference, "participant-modify");
    }
    if let Some(call) = calls.iter().rev().find(|call| call.leg.sid == now.call_sid) {
        match (before.hold, now.hold) {
            (false, true) => call.send(Control::Seat(Seat::Hold(change.hold_url.clone()))),
            (true, false) => call.send(Control::Seat(Seat::Unhold)),
            _ => {}
        }
        if let Some(address) = &change.announce {
            call.send(Control::Seat(Seat::Announce(address.clone())));
        }
    }
    Ok(Some(now))
}

/// An announcement is over, or could not be made.
pub fn announced(net: &Arc<Exchange>, call_sid: &str, event: &'static str, address: &Address, at: DateTime<Utc>) {
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
