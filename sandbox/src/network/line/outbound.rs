//! The life of a leg that somebody calls, and of one that the service asked for: until it is answered, and what follows.

use super::place::{CallOut, Detects, Then};
use super::{Ending, Line, Source, Stop};
use crate::network::courier::Errand;
use crate::network::person::{Behaviour, Picks};
use crate::network::recorder::{self, Wanted};
use crate::network::room::{self, Entry};
use crate::network::sound::{millis, seconds};
use crate::twilio::params::CallStatus;
use chrono::{DateTime, TimeDelta, Utc};

impl Line {
    pub(super) async fn inbound(mut self, source: Source) {
        self.progresses(CallStatus::Ringing);
        let ending = self.program(source).await;
        self.finish(ending);
    }

    pub(super) async fn outbound(mut self, out: CallOut, behaviour: Behaviour, placed: DateTime<Utc>) {
        let ending = match self.placed(&out, &behaviour, placed).await {
            Ok(ending) | Err(Stop::Ended(ending)) => ending,
            // A document before the answer: the call cannot be redirected then.
            Err(_) => Ending::completed("error"),
        };
        self.finish(ending);
    }

    async fn placed(&mut self, out: &CallOut, behaviour: &Behaviour, placed: DateTime<Utc>) -> Result<Ending, Stop> {
        self.wait_until(placed).await?;
        let rings = self.rings(behaviour, Some(out.timeout_s)).await;
        if let (Err(_), Then::Room(seat)) = (&rings, &out.then) {
            room::never_came(&self.net, seat, &self.sid);
        }
        rings?;
        if let Some(wanted) = &out.record {
            let wanted = Wanted {
                call_sid: self.sid.clone(),
                ..wanted.clone()
            };
            recorder::start(&self.net, wanted, self.at);
        }
        if let Some(keys) = &out.send_digits {
            let ms = i64::try_from(keys.len()).unwrap_or(0) * 500;
            self.wait_until(self.at + TimeDelta::milliseconds(ms)).await?;
        }
        if let Some(detects) = &out.detects {
            self.detected(detects, behaviour).await?;
        }
        match &out.then {
            Then::Program(source) => Ok(self.program(source.clone()).await),
            Then::Room(seat) => match self.sit(Entry::clone(seat)).await {
                Ok(()) => Ok(Ending::completed("twiml")),
                Err(Stop::Redirected(source)) => Ok(self.program(source).await),
                Err(stop) => Err(stop),
            },
        }
    }

    /// Rings until somebody answers, or not.
    pub(super) async fn rings(&mut self, behaviour: &Behaviour, timeout_s: Option<u32>) -> Result<(), Stop> {
        let ended = |status| Err(Stop::Ended(Ending { status, by: "network" }));
        self.progresses(CallStatus::Initiated);
        let failed = self.net.state().faults.outbound_fails || behaviour.picks == Picks::Failed;
        self.wait_until(self.at + millis(500)).await?;
        if failed {
            return ended(CallStatus::Failed);
        }
        if behaviour.picks == Picks::Busy {
            self.wait_until(self.at + seconds(behaviour.after_s)).await?;
            return ended(CallStatus::Busy);
        }
        self.progresses(CallStatus::Ringing);
        let gives_up = timeout_s.map(|timeout| self.at + TimeDelta::seconds(i64::from(timeout)));
        let answers = (behaviour.picks == Picks::Up).then(|| self.at + seconds(behaviour.after_s));
        match (answers, gives_up) {
            (Some(answers), limit) if limit.is_none_or(|limit| answers <= limit) => self.wait_until(answers).await?,
            (_, Some(limit)) => {
                self.wait_until(limit).await?;
                return ended(CallStatus::NoAnswer);
            }
            // Until the one who dials gives up.
            _ => loop {
                self.pass(None).await?;
            },
        }
        self.person.begins(self.at);
        self.attends = true;
        self.answer();
        Ok(())
    }

    async fn detected(&mut self, detects: &Detects, behaviour: &Behaviour) -> Result<(), Stop> {
        const LISTENS_MS: i64 = 3_400;
        let answered_by = behaviour.machine.clone();
        let known = self.at + TimeDelta::milliseconds(LISTENS_MS);
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.answered_by = Some(answered_by.clone());
        }
        let Some(address) = &detects.callback else {
            self.wait_until(known).await?;
            if let Some(call) = self.net.state().call_mut(&self.sid) {
                call.leg.extras.push(("AnsweredBy", answered_by));
            }
            return Ok(());
        };
        let errand = Errand {
            call_sid: self.sid.clone(),
            why: "machine",
            address: address.clone(),
            params: vec![
                ("AccountSid".to_owned(), self.net.options.account_sid.clone()),
                ("CallSid".to_owned(), self.sid.clone()),
                ("AnsweredBy".to_owned(), answered_by),
                ("MachineDetectionDuration".to_owned(), LISTENS_MS.to_string()),
            ],
            token: self.net.token(),
        };
        self.net.tell_at(known, &format!("{} machine", self.sid), errand);
        Ok(())
    }
}
