//! How events join into the facts.

use super::{CallFacts, Queued};
use domain::call::CallEvent;
use domain::call::end::End;
use domain::call::event::PersonalText;
use domain::call::moment::{Moment, least, says_something};
use domain::call::start::Start;
use domain::call::value::Phase;
use domain::{Personal, Tenant, Timestamp};

impl CallFacts {
    /// Takes an event in.
    pub fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        if self.tenant.0.is_empty() {
            self.tenant = tenant.clone();
        }
        self.first_heard = least(self.first_heard, Some(event.at()));
        self.fold_course(event);
        self.fold_talk(event);
        self.review.fold(event);
        self.settle();
    }

    fn fold_course(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::CallQueued {
                at,
                to,
                from,
                agent,
                purpose,
                lead,
                ..
            } => {
                self.queue.get_or_insert(Queued {
                    at: *at,
                    to: to.clone(),
                    from: from.clone(),
                    agent: agent.clone(),
                    purpose: *purpose,
                    lead: lead.clone(),
                    cancelled: false,
                    refused: false,
                });
            }
            E::QueueCancelled { .. } => self.in_queue(|queue| queue.cancelled = true),
            E::DialRefused { .. } => self.in_queue(|queue| queue.refused = true),
            E::DialPermitted { .. } => self.in_queue(|queue| queue.refused = false),
            E::CallStarted { .. } => {
                if let Some((start, inferred)) = Start::of(event) {
                    let known = if inferred { &mut self.inferred } else { &mut self.real };
                    *known = Some(match known.take() {
                        Some(known) => known.join(start),
                        None => start,
                    });
                }
            }
            E::CallRinging { at, told, .. } => Moment::note_earliest(&mut self.ringing, Moment::new(*at, *told)),
            E::CallAnswered { at, told, by, .. } => {
                Moment::note_earliest(&mut self.answered, Moment::new(*at, *told));
                self.answered_by = self.answered_by.max(Some(*by));
            }
            E::RoutedToVoicemail { reason, .. } => {
                self.voicemail = least(self.voicemail, Some(*reason));
                self.phases.add(Phase::Voicemail);
            }
            E::CallEnded { .. } => {
                if let Some(end) = End::of(event) {
                    self.end = Some(match self.end.take() {
                        Some(known) => known.join(end),
                        None => end,
                    });
                }
            }
            E::CallHidden { .. } => self.hidden = true,
            E::CallErased { .. } => self.erased = true,
            _ => {}
        }
    }

    fn fold_talk(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::CallerTurn { .. } => self.phases.add(Phase::Ai),
            E::AiTurn { persona_version, .. } => {
                self.phases.add(Phase::Ai);
                self.persona_version = self.persona_version.max(Some(*persona_version));
            }
            E::TakenOver { user, .. } => {
                self.phases.add(Phase::Human);
                self.taken_over_by = Some(user.clone());
            }
            E::TakeoverFailed { user, .. } => {
                self.taken_over_by.take_if(|taker| taker == user);
            }
            E::Transferred { to, .. } => self.transferred_to = Some(to.clone()),
            E::RecordingReady { phase, .. } | E::RecordingArchived { phase, .. } => {
                self.phases.add(*phase);
                self.recorded = true;
            }
            E::RecordingStarted { phase, .. } | E::TranscriptReady { phase, .. } => self.phases.add(*phase),
            E::EscalationTriggered { .. } => self.escalated = true,
            E::DoNotCallRequested { .. } => self.do_not_call = true,
            _ => {}
        }
    }

    fn in_queue(&mut self, change: impl FnOnce(&mut Queued)) {
        if let Some(queue) = &mut self.queue {
            change(queue);
        }
    }

    /// Drops what better knowledge has made void, so that no trace is left of the order in which it came.
    fn settle(&mut self) {
        self.prune();
        if self.told_start().is_some() {
            for start in [&mut self.real, &mut self.inferred].into_iter().flatten() {
                start.at = if start.at.told { start.at } else { UNTOLD };
            }
        }
        if self.real.is_some() || self.inferred.is_some() || self.queue.is_some() {
            self.first_heard = None;
        }
        if self.erased {
            self.forget();
        }
    }

    /// The form of a call that was erased, whether its values were known before or never.
    fn forget(&mut self) {
        for start in [&mut self.real, &mut self.inferred].into_iter().flatten() {
            start.from = Personal::Erased;
            start.to = Personal::Erased;
            start.caller_name = None;
        }
        if let Some(queue) = &mut self.queue {
            queue.to = Personal::Erased;
        }
        self.transferred_to = self.transferred_to.take().map(|_| Personal::Erased);
        self.review.forget();
        // An empty number and an erased one look alike in a log whose key is gone: what remains must not tell them apart.
        self.prune();
    }

    /// Drops of the inferred beginning what the real one says.
    fn prune(&mut self) {
        if let Some(real) = &self.real {
            self.inferred = self.inferred.take().and_then(|inferred| remainder(real, inferred));
        }
    }
}

/// A moment that is not known, where one must stand.
const UNTOLD: Moment = Moment::new(Timestamp(0), false);

/// What an inferred beginning says and the real one does not. Its moment is void in any case.
fn remainder(real: &Start, inferred: Start) -> Option<Start> {
    let text = |real: &PersonalText, other| if says_something(real) { "".into() } else { other };
    let left = Start {
        at: UNTOLD,
        direction: if real.direction.is_some() {
            None
        } else {
            inferred.direction
        },
        call_sid: if real.call_sid.is_empty() {
            inferred.call_sid
        } else {
            String::new()
        },
        from: text(&real.from, inferred.from),
        to: text(&real.to, inferred.to),
        caller_name: if real.caller_name.is_some() {
            None
        } else {
            inferred.caller_name
        },
        agent: if real.agent.is_some() { None } else { inferred.agent },
        number: if real.number.is_some() { None } else { inferred.number },
        attestation: if real.attestation.is_some() {
            None
        } else {
            inferred.attestation
        },
    };
    let says_nothing = left.direction.is_none()
        && left.call_sid.is_empty()
        && !says_something(&left.from)
        && !says_something(&left.to)
        && left.caller_name.is_none()
        && left.agent.is_none()
        && left.number.is_none()
        && left.attestation.is_none();
    (!says_nothing).then_some(left)
}
