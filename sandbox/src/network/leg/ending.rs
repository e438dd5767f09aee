//! The end of a leg.

use super::Leg;
use crate::network::switch::{ChildStatus, Control, Ending};
use crate::network::{recorder, stream};
use crate::twilio::params::{CallStatus, Direction};

impl Leg {
    /// Ends the leg: stops its recordings and streams, and sends the final callback. It has already left its conference
    /// and its bridge.
    pub(super) fn finish(self, ending: Ending) {
        let Self { net, sid, at, .. } = &self;
        let (status, speaking) = {
            let mut state = net.state();
            let Some(call) = state.call_mut(sid) else { return };
            let status = match (call.answered, call.leg.direction, ending.status) {
                (Some(_), _, _) => CallStatus::Completed,
                // The caller hung up before the answer.
                (None, Direction::Inbound, CallStatus::Completed) => CallStatus::NoAnswer,
                (None, _, CallStatus::Completed) => CallStatus::Canceled,
                (None, _, status) => status,
            };
            call.ended = Some(*at);
            call.ended_by = Some(ending.by);
            call.peer = None;
            call.conference = None;
            call.report = Some(self.party.report());
            let open = call.sounds.iter().filter(|sound| sound.until > *at);
            (status, open.map(|sound| sound.id).collect::<Vec<_>>())
        };
        for id in speaking {
            net.cut_sound(id, *at);
        }
        recorder::stop_all(net, sid, *at);
        stream::stop_all(net, sid, *at);
        self.watermark.open(None);
        super::callbacks::set_status(net, sid, status, *at);
        let mut state = net.state();
        if let Some(parent) = &self.parent
            && let Some(parent) = state.call(parent)
        {
            parent.send(Control::Child {
                sid: sid.clone(),
                status: ChildStatus::Ended(status),
            });
        }
        if let Some(call) = state.call_mut(sid) {
            call.controls = None;
            call.typed_actions = None;
        }
        drop(state);
        net.notify_changed();
    }
}
