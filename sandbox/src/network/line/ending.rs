//! The end of a leg: what it was doing stops, whoever wants to know is told.

use super::{Control, Ending, Line, News};
use crate::network::{recorder, stream};
use crate::twilio::params::{CallStatus, Direction};

impl Line {
    /// Ends it. It has already left its conference and the leg it talked with.
    pub(super) fn finish(self, ending: Ending) {
        let Self { net, sid, at, .. } = &self;
        let (status, speaking) = {
            let mut state = net.state();
            let Some(call) = state.call_mut(sid) else { return };
            let status = match (call.answered, call.leg.direction, ending.status) {
                (Some(_), _, _) => CallStatus::Completed,
                // Who called put the receiver down before anybody answered.
                (None, Direction::Inbound, CallStatus::Completed) => CallStatus::NoAnswer,
                (None, _, CallStatus::Completed) => CallStatus::Canceled,
                (None, _, status) => status,
            };
            call.ended = Some(*at);
            call.ended_by = Some(ending.by);
            call.peer = None;
            call.conference = None;
            call.verdict = Some(self.person.verdict());
            let open = call.sounds.iter().filter(|sound| sound.until > *at);
            (status, open.map(|sound| sound.id).collect::<Vec<_>>())
        };
        for id in speaking {
            net.cut(id, *at);
        }
        recorder::stop_all(net, sid, *at);
        stream::stop_all(net, sid, *at);
        self.horizon.open(None);
        super::tell::progresses(net, sid, status, *at);
        let mut state = net.state();
        if let Some(parent) = &self.parent
            && let Some(parent) = state.call(parent)
        {
            parent.send(Control::Child {
                sid: sid.clone(),
                news: News::Over(status),
            });
        }
        if let Some(call) = state.call_mut(sid) {
            call.controls = None;
            call.mouth = None;
        }
        drop(state);
        net.wake();
    }
}
