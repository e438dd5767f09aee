//! Status callbacks of legs.

use super::Leg;
use crate::network::delivery;
use crate::network::switch::{Switch, TimelineEvent};
use crate::network::webhook::WebhookRequest;
use crate::twilio::params::CallStatus;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Duration;

impl Leg {
    /// The standard parameters of a document request.
    pub(super) fn standard(&self) -> Vec<(String, String)> {
        let state = self.net.state();
        state
            .call(&self.sid)
            .map(|call| call.leg.standard(call.status).into_pairs())
            .unwrap_or_default()
    }

    /// Sets the call's status and sends the status callback.
    pub(super) fn set_status(&mut self, status: CallStatus) {
        set_status(&self.net, &self.sid, status, self.at);
    }
}

/// Sets a call's status and sends the status callback.
pub(super) fn set_status(net: &Arc<Switch>, sid: &str, status: CallStatus, at: DateTime<Utc>) {
    let callback = {
        let mut state = net.state();
        let Some(call) = state.call_mut(sid) else { return };
        call.status = status;
        call.updated = at;
        let event = match status {
            CallStatus::Initiated => "initiated",
            CallStatus::Ringing => "ringing",
            CallStatus::InProgress => "answered",
            _ => "completed",
        };
        let listener = call.listener.clone().filter(|listener| listener.subscribes(event));
        listener.map(|listener| {
            let params = if status.is_final() {
                let talked = call
                    .answered
                    .map_or(Duration::ZERO, |answered| (at - answered).to_std().unwrap_or_default());
                call.leg.ended(status, at, talked, sip(status))
            } else {
                call.leg.progress(status, at)
            };
            (listener, params.into_pairs())
        })
    };
    net.log_event(
        sid,
        at,
        TimelineEvent::Status {
            status: status.as_str(),
        },
    );
    if let Some((listener, params)) = callback {
        let webhook = WebhookRequest {
            call_sid: sid.to_owned(),
            why: "status",
            address: listener.address,
            params,
            token: net.token(),
        };
        delivery::queue_callback(net, sid, webhook);
    }
}

fn sip(status: CallStatus) -> u16 {
    match status {
        CallStatus::Busy => 486,
        CallStatus::NoAnswer => 480,
        CallStatus::Failed => 404,
        CallStatus::Canceled => 487,
        _ => 200,
    }
}
