//! Status callbacks of conferences.

use crate::network::delivery;
use crate::network::switch::{Conference, Participant, Switch};
use crate::network::webhook::WebhookRequest;
use crate::twilio::params::{Params, rfc_2822};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Sends a conference event: `participant-join`, `conference-end`, ...
/// <https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent>
pub(super) fn conference_event(
    net: &Arc<Switch>,
    conference: &mut Conference,
    event: &'static str,
    about: Option<&Participant>,
    more: Vec<(&'static str, String)>,
    at: DateTime<Utc>,
) {
    let subscribed = match event {
        "conference-start" => "start",
        "conference-end" => "end",
        "participant-join" => "join",
        "participant-leave" => "leave",
        "participant-mute" | "participant-unmute" => "mute",
        "participant-hold" | "participant-unhold" => "hold",
        "participant-modify" => "modify",
        "participant-speech-start" | "participant-speech-stop" => "speaker",
        _ => "announcement",
    };
    let Some(listener) = conference
        .listener
        .clone()
        .filter(|listener| listener.subscribes(subscribed))
    else {
        return;
    };
    conference.next_sequence += 1;
    let mut params = Params::default()
        .with("AccountSid", &net.options.account_sid)
        .with("ConferenceSid", &conference.sid)
        .with("FriendlyName", &conference.friendly_name)
        .with("StatusCallbackEvent", event)
        .with("SequenceNumber", conference.next_sequence)
        .with("Timestamp", rfc_2822(at));
    if let Some(one) = about {
        params = params
            .with("CallSid", &one.call_sid)
            .with("Muted", one.muted)
            .with("Hold", one.hold)
            .with("Coaching", one.coaching)
            .with("EndConferenceOnExit", one.end_on_exit)
            .with("StartConferenceOnEnter", one.start_on_enter);
        if let Some(label) = &one.label {
            params = params.with("ParticipantLabel", label);
        }
        if let Some(coached) = &one.coached {
            params = params.with("CallSidToCoach", coached);
        }
    }
    for (name, value) in more {
        params = params.with(name, value);
    }
    let webhook = WebhookRequest {
        // Events without a participant are logged with the first participant's call.
        call_sid: about
            .map(|one| one.call_sid.clone())
            .or_else(|| conference.first_call.clone())
            .unwrap_or_default(),
        why: "conference",
        address: listener.address,
        params: params.into_pairs(),
        token: net.token(),
    };
    delivery::queue_callback(net, &conference.sid, webhook);
}
