//! Folds events into a [`CallView`].

use super::{CallView, Queued, Summary};
use crate::call::CallEvent;
use crate::call::end::End;
use crate::call::event::PersonalText;
use crate::call::observed_at::{ObservedAt, least, says_something};
use crate::call::start::Start;
use crate::call::value::{ClockSource, Phase};
use crate::{Personal, Tenant, Timestamp};

impl CallView {
    /// Applies an event.
    pub fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        if self.tenant.0.is_empty() {
            self.tenant = tenant.clone();
        }
        self.first_observed = least(self.first_observed, Some(event.at()));
        self.fold_lifecycle(event);
        self.fold_course(event);
        self.dialogue.fold(event);
        self.participants.fold(event);
        self.recordings.fold(event);
        self.review.fold(event);
        self.failed_effects.fold(event);
        self.normalize();
    }

    fn fold_lifecycle(&mut self, event: &CallEvent) {
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
                    let known = if inferred {
                        &mut self.inferred
                    } else {
                        &mut self.started
                    };
                    *known = Some(match known.take() {
                        Some(known) => known.join(start),
                        None => start,
                    });
                }
            }
            E::CallRinging { at, clock, .. } => {
                ObservedAt::note_earliest(&mut self.ringing, ObservedAt::new(*at, *clock));
            }
            E::CallAnswered { at, clock, by, .. } => {
                ObservedAt::note_earliest(&mut self.answered, ObservedAt::new(*at, *clock));
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

    fn fold_course(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::CallerTurn { .. } | E::AiTurn { .. } => self.phases.add(Phase::Ai),
            E::TakenOver { .. } => self.phases.add(Phase::Human),
            E::RecordingStarted { phase, .. }
            | E::RecordingReady { phase, .. }
            | E::RecordingArchived { phase, .. }
            | E::TranscriptReady { phase, .. } => self.phases.add(*phase),
            E::PutOnHold { user, .. } => self.on_hold_by = Some(user.clone()),
            E::TakenOffHold { .. } => self.on_hold_by = None,
            E::Transferred { to, .. } => self.transferred_to = Some(to.clone()),
            E::ConferenceStarted { conference_sid, .. } => {
                self.conference_sid = least(self.conference_sid.take(), Some(conference_sid.clone()));
            }
            E::CallSummarized {
                summary,
                outcome,
                interest,
                next_action,
                goal_achieved,
                lead_score,
                sentiment,
                model,
                ..
            } => {
                self.summary = Some(Summary {
                    text: summary.clone(),
                    outcome: outcome.clone(),
                    interest: interest.clone(),
                    next_action: next_action.clone(),
                    goal_achieved: *goal_achieved,
                    lead_score: *lead_score,
                    sentiment: *sentiment,
                    model: model.clone(),
                });
            }
            E::DoNotCallRequested { .. } => self.do_not_call = true,
            E::CostIncurred { .. } => self.costs += 1,
            _ => {}
        }
    }

    fn in_queue(&mut self, change: impl FnOnce(&mut Queued)) {
        if let Some(queue) = &mut self.queue {
            change(queue);
        }
    }

    /// Drops values that better reports have replaced, so that the view does not depend on the order of events.
    fn normalize(&mut self) {
        self.prune();
        if self.provider_start().is_some() {
            for start in [&mut self.started, &mut self.inferred].into_iter().flatten() {
                start.at = if start.at.clock.is_provider() {
                    start.at
                } else {
                    UNKNOWN_TIME
                };
            }
        }
        if self.started.is_some() || self.inferred.is_some() || self.queue.is_some() {
            self.first_observed = None;
        }
        if self.erased {
            self.forget();
        }
    }

    /// Erases all personal values. The result is the same whether they were known before or not.
    fn forget(&mut self) {
        for start in [&mut self.started, &mut self.inferred].into_iter().flatten() {
            start.from = Personal::Erased;
            start.to = Personal::Erased;
            start.caller_name = None;
        }
        if let Some(queue) = &mut self.queue {
            queue.to = Personal::Erased;
        }
        self.transferred_to = self.transferred_to.take().map(|_| Personal::Erased);
        if let Some(summary) = &mut self.summary {
            summary.text = Personal::Erased;
            // An absent text and an erased one are the same once the key is destroyed.
            summary.next_action = None;
        }
        self.review.forget();
        // Once the key is destroyed, the log no longer distinguishes an empty number from an erased one. The view must
        // not either.
        self.prune();
    }

    /// Drops the fields of the inferred start that the reported start contains.
    fn prune(&mut self) {
        if let Some(started) = &self.started {
            self.inferred = self.inferred.take().and_then(|inferred| remainder(started, inferred));
        }
    }
}

/// Placeholder for a time that is not known.
const UNKNOWN_TIME: ObservedAt = ObservedAt::new(Timestamp(0), ClockSource::Local);

/// The fields of the inferred start that the reported one lacks. Its time is dropped.
fn remainder(started: &Start, inferred: Start) -> Option<Start> {
    let text = |started: &PersonalText, other| if says_something(started) { "".into() } else { other };
    let left = Start {
        at: UNKNOWN_TIME,
        direction: if started.direction.is_some() {
            None
        } else {
            inferred.direction
        },
        call_sid: if started.call_sid.is_empty() {
            inferred.call_sid
        } else {
            String::new()
        },
        from: text(&started.from, inferred.from),
        to: text(&started.to, inferred.to),
        caller_name: if started.caller_name.is_some() {
            None
        } else {
            inferred.caller_name
        },
        agent: if started.agent.is_some() { None } else { inferred.agent },
        number: if started.number.is_some() {
            None
        } else {
            inferred.number
        },
        attestation: if started.attestation.is_some() {
            None
        } else {
            inferred.attestation
        },
    };
    let is_empty = left.direction.is_none()
        && left.call_sid.is_empty()
        && !says_something(&left.from)
        && !says_something(&left.to)
        && left.caller_name.is_none()
        && left.agent.is_none()
        && left.number.is_none()
        && left.attestation.is_none();
    (!is_empty).then_some(left)
}
