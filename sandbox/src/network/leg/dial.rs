//! `<Dial>`: rings other parties and bridges the first one that answers.

use super::document::LoadedDocument;
use super::placement::{DialedLeg, address};
use super::playback::BargeIn;
use super::{Flow, Interrupt, Leg, LegEvent};
use crate::network::party::{Behavior, PartyEvent};
use crate::network::recorder::{self, recording_url};
use crate::network::switch::{ChildStatus, Control, Ending, RecordingOptions, Source, TimelineEvent};
use crate::network::twiml::{Dial, DialedParty, Target, Verb};
use crate::network::webhook::Address;
use crate::twilio::params::{CallStatus, Params, PartyAddress};
use chrono::{DateTime, TimeDelta, Utc};

/// The result of dialing.
struct Outcome {
    child: String,
    status: CallStatus,
    /// When the legs were bridged.
    bridged: Option<DateTime<Utc>>,
    recording: Option<String>,
}

impl Leg {
    pub(super) async fn dial(&mut self, dial: &Dial, doc: &LoadedDocument) -> Result<Flow, Interrupt> {
        let parties = match &dial.target {
            Target::Parties(parties) => parties,
            Target::Conference(conference) => {
                let request = self.join_request(conference, doc)?;
                self.join_conference(request).await?;
                let extra = Params::default().with("DialCallStatus", "answered").into_pairs();
                return Self::after_dial(dial, doc, extra);
            }
        };
        let children = self.ring_all(dial, parties, doc)?;
        let mut outcome = Outcome {
            child: children[0].clone(),
            status: CallStatus::NoAnswer,
            bridged: None,
            recording: None,
        };
        if dial.record.is_some_and(|from| from.starts_with("record-from-ringing")) {
            outcome.recording = Some(self.record_dial(dial, doc)?);
        }
        let ended = self.ring_and_bridge(dial, doc, &children, &mut outcome).await;
        for child in &children {
            let status = if *child == outcome.child {
                outcome.status
            } else {
                CallStatus::Canceled
            };
            self.hang_up_child(child, status);
        }
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.peer = None;
        }
        if let Some(recording) = &outcome.recording {
            recorder::stop(&self.net, recording, self.at);
        }
        let extra = self.action_params(&outcome);
        match ended {
            Ok(()) => Self::after_dial(dial, doc, extra),
            Err(interrupt @ Interrupt::Ended(_)) => {
                if let Some(action) = &dial.action {
                    // The caller has hung up: the action is requested, and its answer ignored.
                    let mut params = self.standard();
                    for (name, value) in &mut params {
                        if name == "CallStatus" {
                            "completed".clone_into(value);
                        }
                    }
                    params.extend(extra);
                    self.send_callback("document", doc.resolve(action)?, params);
                }
                Err(interrupt)
            }
            Err(interrupt) => Err(interrupt),
        }
    }

    fn after_dial(dial: &Dial, doc: &LoadedDocument, extra: Vec<(String, String)>) -> Result<Flow, Interrupt> {
        Ok(match &dial.action {
            None => Flow::Next,
            Some(action) => Flow::Go(Source::Ask {
                address: doc.resolve(action)?,
                extra,
            }),
        })
    }

    fn ring_all(
        &mut self,
        dial: &Dial,
        parties: &[DialedParty],
        doc: &LoadedDocument,
    ) -> Result<Vec<String>, Interrupt> {
        let mut children = Vec::new();
        for party in parties {
            let to = address(&party.address);
            let dialed = DialedLeg {
                from: self.caller_id(dial, &to)?,
                to,
                parent: self.sid.clone(),
                listener: Self::listener(doc, party.status.as_ref())?,
                whisper: party.url.as_ref().map(|hook| doc.resolve(hook)).transpose()?,
                custom: party.parameters.clone(),
            };
            children.push(super::placement::dial(&self.net, dialed, self.at));
        }
        Ok(children)
    }

    /// The caller ID: a number of the account, or an address of the call itself.
    /// <https://www.twilio.com/docs/api/errors/13214>
    fn caller_id(&self, dial: &Dial, to: &PartyAddress) -> Result<PartyAddress, Interrupt> {
        let refused = |message: &str| Interrupt::Failed {
            code: 13214,
            message: message.to_owned(),
            url: None,
        };
        let state = self.net.state();
        let Some(call) = state.call(&self.sid) else {
            return Err(refused("the call does not exist"));
        };
        let (from, called) = (&call.leg.from, &call.leg.to);
        match &dial.caller_id {
            Some(id) if matches!(to, PartyAddress::Client(_)) => Ok(address(id)),
            Some(id) if state.number(id).is_some() || from.address() == *id || called.address() == *id => {
                Ok(address(id))
            }
            Some(_) => Err(refused("callerId of <Dial> is not a number of the account")),
            None if matches!((from, to), (PartyAddress::Client(_), PartyAddress::Phone { .. })) => {
                Err(refused("<Dial> from a browser to a number needs a callerId"))
            }
            None => Ok(from.clone()),
        }
    }

    /// Rings until the first party answers, then bridges until either side hangs up.
    async fn ring_and_bridge(
        &mut self,
        dial: &Dial,
        doc: &LoadedDocument,
        children: &[String],
        outcome: &mut Outcome,
    ) -> Result<(), Interrupt> {
        let deadline = self.at + TimeDelta::seconds(i64::from(dial.timeout));
        let mut ringing = children.len();
        loop {
            match self.next_event(Some(deadline)).await? {
                LegEvent::Child {
                    sid,
                    status: ChildStatus::Answered,
                } => {
                    outcome.child = sid;
                    break;
                }
                LegEvent::Child {
                    sid,
                    status: ChildStatus::Ended(status),
                } if children.contains(&sid) => {
                    outcome.child = sid;
                    outcome.status = status;
                    ringing -= 1;
                    if ringing == 0 {
                        return Ok(());
                    }
                }
                LegEvent::Elapsed => {
                    outcome.status = CallStatus::NoAnswer;
                    return Ok(());
                }
                LegEvent::Presses('*') if dial.hangup_on_star => {
                    outcome.status = CallStatus::Canceled;
                    return Ok(());
                }
                _ => {}
            }
        }
        for other in children.iter().filter(|other| **other != outcome.child) {
            self.hang_up_child(other, CallStatus::Canceled);
        }
        outcome.status = CallStatus::Completed;
        outcome.bridged = Some(self.at);
        self.answer();
        self.bridge(&outcome.child.clone());
        if dial.record.is_some() && outcome.recording.is_none() {
            outcome.recording = Some(self.record_dial(dial, doc)?);
        }
        let limit = self.at + TimeDelta::seconds(i64::from(dial.time_limit));
        loop {
            match self.next_event(Some(limit)).await? {
                LegEvent::Child {
                    sid,
                    status: ChildStatus::Ended(_),
                } if sid == outcome.child => return Ok(()),
                LegEvent::Elapsed => return Ok(()),
                LegEvent::Presses('*') if dial.hangup_on_star => return Ok(()),
                _ => {}
            }
        }
    }

    fn bridge(&mut self, child: &str) {
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
        self.party_event(PartyEvent::Connected);
    }

    fn hang_up_child(&self, child: &str, status: CallStatus) {
        if let Some(call) = self.net.state().call(child) {
            call.send(Control::End(Ending { status, by: "peer" }));
        }
    }

    fn record_dial(&mut self, dial: &Dial, doc: &LoadedDocument) -> Result<String, Interrupt> {
        let options = RecordingOptions {
            call_sid: self.sid.clone(),
            conference_sid: None,
            channels: if dial.record.is_some_and(|from| from.ends_with("dual")) {
                2
            } else {
                1
            },
            source: "DialVerb",
            track: "both",
            trim: dial.recording_callback.trim,
            listener: Self::listener(doc, dial.recording_callback.callback.as_ref())?,
        };
        Ok(recorder::start(&self.net, options, self.at).sid)
    }

    /// <https://www.twilio.com/docs/voice/twiml/dial#action>
    fn action_params(&self, outcome: &Outcome) -> Vec<(String, String)> {
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

    /// Runs a dialed leg.
    pub(super) async fn run_child(mut self, behavior: Behavior, whisper: Option<Address>) {
        let ending = match self.ring_as_child(&behavior, whisper).await {
            Ok(ending) | Err(Interrupt::Ended(ending)) => ending,
            Err(Interrupt::Redirected(source)) => {
                // The leg continues alone; its parent loses the bridge.
                self.detach_from_parent();
                self.run_documents(source).await
            }
            Err(Interrupt::Failed { code, message, .. }) => {
                self.log_error(code, message);
                Ending::completed("error")
            }
        };
        self.finish(ending);
    }

    async fn ring_as_child(&mut self, behavior: &Behavior, whisper: Option<Address>) -> Result<Ending, Interrupt> {
        self.ring(behavior, None).await?;
        if let Some(address) = whisper {
            self.play_whisper(&address).await?;
        }
        self.notify_parent(ChildStatus::Answered);
        loop {
            if matches!(self.next_event(None).await?, LegEvent::Connected) {
                self.party_event(PartyEvent::Connected);
                self.party.give_turn(self.at);
            }
        }
    }

    /// Executes the document for the answering party. Only its prompts and `<Hangup>` have an effect.
    async fn play_whisper(&mut self, address: &Address) -> Result<(), Interrupt> {
        let answer = self.request_document("document", address, vec![]).await?;
        let doc = LoadedDocument {
            document: Self::read(&answer, address)?,
            address: Some(address.clone()),
        };
        for verb in &doc.document.verbs {
            match verb {
                Verb::Hangup => return Err(Interrupt::Ended(Ending::completed("twiml"))),
                Verb::Prompt(prompt) => {
                    self.prompt(prompt, &doc, BargeIn::default()).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn notify_parent(&self, status: ChildStatus) {
        let Some(parent) = &self.parent else { return };
        if let Some(call) = self.net.state().call(parent) {
            call.send(Control::Child {
                sid: self.sid.clone(),
                status,
            });
        }
    }

    fn detach_from_parent(&mut self) {
        self.notify_parent(ChildStatus::Ended(CallStatus::Completed));
        self.parent = None;
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.peer = None;
        }
        self.net
            .log_event(&self.sid, self.at, TimelineEvent::PartyEvent { name: "alone" });
    }
}
