//! Inbound legs, and outbound legs until and after the answer.

use super::placement::{MachineDetection, OnAnswer, OutboundCall};
use super::{Interrupt, Leg};
use crate::network::conference::{self, JoinRequest};
use crate::network::party::{Behavior, RingResponse};
use crate::network::switch::{Ending, RecordingOptions, Source};
use crate::network::time_span::{millis, seconds};
use crate::network::webhook::WebhookRequest;
use crate::network::{delivery, recorder};
use crate::twilio::params::CallStatus;
use chrono::{DateTime, TimeDelta, Utc};

impl Leg {
    pub(super) async fn run_inbound(mut self, source: Source) {
        self.set_status(CallStatus::Ringing);
        let ending = self.run_documents(source).await;
        self.finish(ending);
    }

    pub(super) async fn run(mut self, out: OutboundCall, behavior: Behavior, placed: DateTime<Utc>) {
        let ending = match self.run_outbound(&out, &behavior, placed).await {
            Ok(ending) | Err(Interrupt::Ended(ending)) => ending,
            // A failure before the answer, when the call cannot be redirected yet.
            Err(_) => Ending::completed("error"),
        };
        self.finish(ending);
    }

    async fn run_outbound(
        &mut self,
        out: &OutboundCall,
        behavior: &Behavior,
        placed: DateTime<Utc>,
    ) -> Result<Ending, Interrupt> {
        self.wait_until(placed).await?;
        let answered = self.ring(behavior, Some(out.timeout_s)).await;
        if let (Err(_), OnAnswer::Join(request)) = (&answered, &out.then) {
            conference::cancel_reservation(&self.net, request, &self.sid);
        }
        answered?;
        if let Some(options) = &out.record {
            let options = RecordingOptions {
                call_sid: self.sid.clone(),
                ..options.clone()
            };
            recorder::start(&self.net, options, self.at);
        }
        if let Some(keys) = &out.send_digits {
            let ms = i64::try_from(keys.len()).unwrap_or(0) * 500;
            self.wait_until(self.at + TimeDelta::milliseconds(ms)).await?;
        }
        if let Some(detection) = &out.detection {
            self.detect_machine(detection, behavior).await?;
        }
        match &out.then {
            OnAnswer::Execute(source) => Ok(self.run_documents(source.clone()).await),
            OnAnswer::Join(request) => match self.join_conference(JoinRequest::clone(request)).await {
                Ok(()) => Ok(Ending::completed("twiml")),
                Err(Interrupt::Redirected(source)) => Ok(self.run_documents(source).await),
                Err(interrupt) => Err(interrupt),
            },
        }
    }

    /// Rings until the party answers, or ends the leg.
    pub(super) async fn ring(&mut self, behavior: &Behavior, timeout_s: Option<u32>) -> Result<(), Interrupt> {
        let ended = |status| Err(Interrupt::Ended(Ending { status, by: "network" }));
        self.set_status(CallStatus::Initiated);
        let failed = self.net.state().faults.outbound_fails || behavior.picks == RingResponse::Failed;
        self.wait_until(self.at + millis(500)).await?;
        if failed {
            return ended(CallStatus::Failed);
        }
        if behavior.picks == RingResponse::Busy {
            self.wait_until(self.at + seconds(behavior.after_s)).await?;
            return ended(CallStatus::Busy);
        }
        self.set_status(CallStatus::Ringing);
        let deadline = timeout_s.map(|timeout| self.at + TimeDelta::seconds(i64::from(timeout)));
        let answers = (behavior.picks == RingResponse::Answer).then(|| self.at + seconds(behavior.after_s));
        match (answers, deadline) {
            (Some(answers), limit) if limit.is_none_or(|limit| answers <= limit) => self.wait_until(answers).await?,
            (_, Some(limit)) => {
                self.wait_until(limit).await?;
                return ended(CallStatus::NoAnswer);
            }
            // Until the dialing leg cancels.
            _ => loop {
                self.next_event(None).await?;
            },
        }
        self.party.start(self.at);
        self.is_party_present = true;
        self.answer();
        Ok(())
    }

    async fn detect_machine(&mut self, detection: &MachineDetection, behavior: &Behavior) -> Result<(), Interrupt> {
        const DETECTION_MS: i64 = 3_400;
        let answered_by = behavior.machine.clone();
        let known = self.at + TimeDelta::milliseconds(DETECTION_MS);
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.answered_by = Some(answered_by.clone());
        }
        let Some(address) = &detection.callback else {
            self.wait_until(known).await?;
            if let Some(call) = self.net.state().call_mut(&self.sid) {
                call.leg.extras.push(("AnsweredBy", answered_by));
            }
            return Ok(());
        };
        let webhook = WebhookRequest {
            call_sid: self.sid.clone(),
            why: "machine",
            address: address.clone(),
            params: vec![
                ("AccountSid".to_owned(), self.net.options.account_sid.clone()),
                ("CallSid".to_owned(), self.sid.clone()),
                ("AnsweredBy".to_owned(), answered_by),
                ("MachineDetectionDuration".to_owned(), DETECTION_MS.to_string()),
            ],
            token: self.net.token(),
        };
        delivery::queue_callback_at(&self.net, known, &format!("{} machine", self.sid), webhook);
        Ok(())
    }
}
