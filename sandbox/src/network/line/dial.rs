//! `<Dial>`: ringing others, talking with the first who answers.

use super::place::{Dialled, address};
use super::program::Page;
use super::tell::recording_url;
use super::voice::Listening;
use super::{Control, Ending, Flow, Happening, Line, News, Source, Stop};
use crate::network::exchange::{Address, What};
use crate::network::person::{Behaviour, Occasion};
use crate::network::recorder::{self, Wanted};
use crate::network::twiml::{self, Dial, Target};
use crate::twilio::params::{CallStatus, Params, Party};
use chrono::{DateTime, TimeDelta, Utc};

/// How dialling went.
struct Outcome {
    child: String,
    status: CallStatus,
    /// They talked.
    bridged: Option<DateTime<Utc>>,
    recording: Option<String>,
}

impl Line {
    pub(super) async fn dial(&mut self, dial: &Dial, page: &Page) -> Result<Flow, Stop> {
        let parties = match &dial.target {
            Target::Parties(parties) => parties,
            Target::Conference(conference) => {
                let entry = self.entry(conference, page)?;
                self.sit(entry).await?;
                let extra = Params::default().with("DialCallStatus", "answered").into_pairs();
                return Self::dialled(dial, page, extra);
            }
        };
        let children = self.ring_all(dial, parties, page)?;
        let mut outcome = Outcome {
            child: children[0].clone(),
            status: CallStatus::NoAnswer,
            bridged: None,
            recording: None,
        };
        if dial.record.is_some_and(|from| from.starts_with("record-from-ringing")) {
            outcome.recording = Some(self.record_dial(dial, page)?);
        }
        let ended = self.talks(dial, page, &children, &mut outcome).await;
        for child in &children {
            let status = if *child == outcome.child {
                outcome.status
            } else {
                CallStatus::Canceled
            };
            self.let_go(child, status);
        }
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.peer = None;
        }
        if let Some(recording) = &outcome.recording {
            recorder::stop(&self.net, recording, self.at);
        }
        let extra = self.told_of(&outcome);
        match ended {
            Ok(()) => Self::dialled(dial, page, extra),
            Err(stop @ Stop::Ended(_)) => {
                if let Some(action) = &dial.action {
                    // The caller is gone; the action is told of it, and its answer does not matter.
                    let mut params = self.standard();
                    for (name, value) in &mut params {
                        if name == "CallStatus" {
                            "completed".clone_into(value);
                        }
                    }
                    params.extend(extra);
                    self.tells("document", page.resolve(action)?, params);
                }
                Err(stop)
            }
            Err(stop) => Err(stop),
        }
    }

    fn dialled(dial: &Dial, page: &Page, extra: Vec<(String, String)>) -> Result<Flow, Stop> {
        Ok(match &dial.action {
            None => Flow::Next,
            Some(action) => Flow::Go(Source::Ask {
                address: page.resolve(action)?,
                extra,
            }),
        })
    }

    fn ring_all(&mut self, dial: &Dial, parties: &[twiml::Party], page: &Page) -> Result<Vec<String>, Stop> {
        let mut children = Vec::new();
        for party in parties {
            let to = address(&party.address);
            let dialled = Dialled {
                from: self.caller_id(dial, &to)?,
                to,
                parent: self.sid.clone(),
                listener: Self::listener(page, party.status.as_ref())?,
                whisper: party.url.as_ref().map(|hook| page.resolve(hook)).transpose()?,
                custom: party.parameters.clone(),
            };
            children.push(super::place::dial(&self.net, dialled, self.at));
        }
        Ok(children)
    }

    /// Who seems to call: a number of the account, or the one who really does.
    /// <https://www.twilio.com/docs/api/errors/13214>
    fn caller_id(&self, dial: &Dial, to: &Party) -> Result<Party, Stop> {
        let refused = |message: &str| Stop::Failed {
            code: 13214,
            message: message.to_owned(),
            url: None,
        };
        let state = self.net.state();
        let Some(call) = state.call(&self.sid) else {
            return Err(refused("there is no call"));
        };
        let (from, called) = (&call.leg.from, &call.leg.to);
        match &dial.caller_id {
            Some(id) if matches!(to, Party::Client(_)) => Ok(address(id)),
            Some(id) if state.number(id).is_some() || from.address() == *id || called.address() == *id => {
                Ok(address(id))
            }
            Some(_) => Err(refused("callerId of <Dial> is not a number of the account")),
            None if matches!((from, to), (Party::Client(_), Party::Phone { .. })) => {
                Err(refused("<Dial> from a browser to a number needs a callerId"))
            }
            None => Ok(from.clone()),
        }
    }

    /// Until the first one answers, and then until one of both hangs up.
    async fn talks(
        &mut self,
        dial: &Dial,
        page: &Page,
        children: &[String],
        outcome: &mut Outcome,
    ) -> Result<(), Stop> {
        let gives_up = self.at + TimeDelta::seconds(i64::from(dial.timeout));
        let mut ringing = children.len();
        loop {
            match self.pass(Some(gives_up)).await? {
                Happening::Child {
                    sid,
                    news: News::Answered,
                } => {
                    outcome.child = sid;
                    break;
                }
                Happening::Child {
                    sid,
                    news: News::Over(status),
                } if children.contains(&sid) => {
                    outcome.child = sid;
                    outcome.status = status;
                    ringing -= 1;
                    if ringing == 0 {
                        return Ok(());
                    }
                }
                Happening::Elapsed => {
                    outcome.status = CallStatus::NoAnswer;
                    return Ok(());
                }
                Happening::Presses('*') if dial.hangup_on_star => {
                    outcome.status = CallStatus::Canceled;
                    return Ok(());
                }
                _ => {}
            }
        }
        for other in children.iter().filter(|other| **other != outcome.child) {
            self.let_go(other, CallStatus::Canceled);
        }
        outcome.status = CallStatus::Completed;
        outcome.bridged = Some(self.at);
        self.answer();
        self.connects(&outcome.child.clone());
        if dial.record.is_some() && outcome.recording.is_none() {
            outcome.recording = Some(self.record_dial(dial, page)?);
        }
        let limit = self.at + TimeDelta::seconds(i64::from(dial.time_limit));
        loop {
            match self.pass(Some(limit)).await? {
                Happening::Child {
                    sid,
                    news: News::Over(_),
                } if sid == outcome.child => return Ok(()),
                Happening::Elapsed => return Ok(()),
                Happening::Presses('*') if dial.hangup_on_star => return Ok(()),
                _ => {}
            }
        }
    }

    fn connects(&mut self, child: &str) {
        {
            let mut state = self.net.state();
            if let Some(call) = state.call_mut(&self.sid) {
                call.peer = Some(child.to_owned());
            }
            if let Some(call) = state.call_mut(child) {
                call.peer = Some(self.sid.clone());
                call.send(Control::Connected);
            }
        }
        self.occasion(Occasion::Connected);
    }

    fn let_go(&self, child: &str, status: CallStatus) {
        if let Some(call) = self.net.state().call(child) {
            call.send(Control::End(Ending { status, by: "peer" }));
        }
    }

    fn record_dial(&mut self, dial: &Dial, page: &Page) -> Result<String, Stop> {
        let wanted = Wanted {
            call_sid: self.sid.clone(),
            conference_sid: None,
            channels: if dial.record.is_some_and(|from| from.ends_with("dual")) {
                2
            } else {
                1
            },
            source: "DialVerb",
            track: "both",
            trim: dial.told.trim,
            listener: Self::listener(page, dial.told.callback.as_ref())?,
        };
        Ok(recorder::start(&self.net, wanted, self.at).sid)
    }

    /// <https://www.twilio.com/docs/voice/twiml/dial#action>
    fn told_of(&self, outcome: &Outcome) -> Vec<(String, String)> {
        let mut extra = Params::default()
            .with("DialCallSid", &outcome.child)
            .with("DialCallStatus", outcome.status.as_str())
            .with("DialBridged", outcome.bridged.is_some());
        if let Some(since) = outcome.bridged {
            extra = extra.with("DialCallDuration", (self.at - since).num_seconds().max(0));
        }
        if let Some(recording) = &outcome.recording {
            extra = extra
                .with("RecordingUrl", recording_url(&self.net, recording))
                .with("RecordingSid", recording);
        }
        extra.into_pairs()
    }

    /// The life of a leg that was dialled.
    pub(super) async fn child(mut self, behaviour: Behaviour, whisper: Option<Address>) {
        let ending = match self.called(&behaviour, whisper).await {
            Ok(ending) | Err(Stop::Ended(ending)) => ending,
            Err(Stop::Redirected(source)) => {
                // It goes its own way, and the one who dialled it is alone.
                self.leaves_parent();
                self.program(source).await
            }
            Err(Stop::Failed { code, message, .. }) => {
                self.erred(code, message);
                Ending::completed("error")
            }
        };
        self.finish(ending);
    }

    async fn called(&mut self, behaviour: &Behaviour, whisper: Option<Address>) -> Result<Ending, Stop> {
        self.rings(behaviour, None).await?;
        if let Some(address) = whisper {
            self.whispers(&address).await?;
        }
        self.tells_parent(News::Answered);
        loop {
            if matches!(self.pass(None).await?, Happening::Connected) {
                self.occasion(Occasion::Connected);
                self.person.is_asked(self.at);
            }
        }
    }

    /// The document for the one who answers. Only what is heard of it matters.
    async fn whispers(&mut self, address: &Address) -> Result<(), Stop> {
        let answer = self.ask("document", address, vec![]).await?;
        let page = Page {
            document: Self::read(&answer, address)?,
            address: Some(address.clone()),
        };
        for verb in &page.document.verbs {
            if matches!(verb, twiml::Verb::Hangup) {
                return Err(Stop::Ended(Ending::completed("twiml")));
            }
            self.prompt(verb, &page, Listening::default()).await?;
        }
        Ok(())
    }

    fn tells_parent(&self, news: News) {
        let Some(parent) = &self.parent else { return };
        if let Some(call) = self.net.state().call(parent) {
            call.send(Control::Child {
                sid: self.sid.clone(),
                news,
            });
        }
    }

    fn leaves_parent(&mut self) {
        self.tells_parent(News::Over(CallStatus::Completed));
        self.parent = None;
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.peer = None;
        }
        self.net.note(&self.sid, self.at, What::Occasion { name: "alone" });
    }
}
