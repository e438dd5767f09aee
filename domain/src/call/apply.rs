//! Applies events to the state of a call. No event is refused: it has happened.

use super::end::End;
use super::event::CallEvent;
use super::observed_at::{ObservedAt, least};
use super::recordings::Recordings;
use super::start::Start;
use super::state::{
    Attempt, Call, ConferenceStep, LegState, Participant, People, Queue, Reconciliation, Transfer, TransferState,
};
use super::value::ParticipantRole;

impl Call {
    /// Applies an event to the state.
    pub fn apply(&mut self, event: &CallEvent) {
        self.seen_callbacks.note(event);
        if !(self.apply_queue(event)
            || self.apply_progress(event)
            || self.dialogue.fold(event)
            || self.apply_team(event)
            || self.review.fold(event)
            || self.failed_effects.fold(event) && !Recordings::concerns(event))
        {
            self.recordings.fold(event);
            self.apply_outcome(event);
        }
    }

    /// Events of the queue and the dialer. Returns whether the event was one of them.
    fn apply_queue(&mut self, event: &CallEvent) -> bool {
        use CallEvent as E;
        match event {
            E::CallQueued {
                at,
                to,
                from,
                agent,
                purpose,
                lead,
                priority,
                not_before,
                max_attempts,
                ..
            } => {
                self.queue = Some(Queue {
                    at: *at,
                    to: to.clone(),
                    from: from.clone(),
                    agent: agent.clone(),
                    purpose: *purpose,
                    lead: lead.clone(),
                    priority: *priority,
                    not_before: *not_before,
                    max_attempts: *max_attempts,
                    attempts: std::collections::BTreeMap::new(),
                    refused: None,
                    paused: false,
                    cancelled: false,
                });
            }
            E::QueueEdited {
                not_before, priority, ..
            } => self.in_queue(|queue| {
                queue.not_before = not_before.or(queue.not_before);
                queue.priority = priority.unwrap_or(queue.priority);
            }),
            E::QueuePaused { .. } => self.in_queue(|queue| queue.paused = true),
            E::QueueResumed { .. } => self.in_queue(|queue| queue.paused = false),
            E::QueueCancelled { .. } => self.in_queue(|queue| queue.cancelled = true),
            E::DialPermitted { .. } => self.in_queue(|queue| queue.refused = None),
            // No state depends on these yet: the dialer does not exist.
            E::DialDeferred { .. }
            | E::DialIntended { .. }
            | E::DialUnresolved { .. }
            | E::DuplicateDialDetected { .. }
            | E::LegRefused { .. } => {}
            E::DialRefused { rule, .. } => self.in_queue(|queue| queue.refused = Some(rule.clone())),
            E::DialAttempted { attempt, call_sid, .. } => {
                self.in_attempt(*attempt, |attempt| attempt.call_sid = Some(call_sid.clone()));
            }
            E::DialFailed {
                attempt,
                reason,
                retry_at,
                ..
            } => self.in_attempt(*attempt, |attempt| {
                attempt.failed = Some(reason.clone());
                attempt.retry_at = *retry_at;
            }),
            _ => return false,
        }
        true
    }

    /// Events that callbacks of the provider produce. Returns whether the event was one of them.
    fn apply_progress(&mut self, event: &CallEvent) -> bool {
        use CallEvent as E;
        match event {
            E::CallStarted { .. } => {
                if let Some((start, inferred)) = Start::of(event) {
                    self.apply_start(start, inferred);
                }
            }
            E::CallRinging { at, clock, call_sid } => {
                ObservedAt::note_earliest(&mut self.leg(call_sid).ringing, ObservedAt::new(*at, *clock));
            }
            E::CallAnswered {
                at,
                clock,
                call_sid,
                by,
            } => {
                let leg = self.leg(call_sid);
                ObservedAt::note_earliest(&mut leg.answered, ObservedAt::new(*at, *clock));
                leg.answered_by = leg.answered_by.max(Some(*by));
            }
            E::RoutedToVoicemail { reason, .. } => self.voicemail = least(self.voicemail, Some(*reason)),
            E::ParticipantJoined {
                at,
                clock,
                call_sid,
                role,
                conference_sid,
                sequence_number,
            } => {
                // A join proves that the conference runs. Its start callback may be received later, or never.
                if let Some(sid) = conference_sid {
                    self.conferences.entry(sid.clone()).or_default();
                }
                let step = ConferenceStep::of(conference_sid.as_ref(), *sequence_number);
                self.leg_of(call_sid, *role)
                    .note_joined(ObservedAt::new(*at, *clock), step);
                // The leave callback may have been received before.
                self.release();
            }
            E::ParticipantLeft {
                at,
                clock,
                call_sid,
                role,
                conference_sid,
                sequence_number,
            } => {
                let step = ConferenceStep::of(conference_sid.as_ref(), *sequence_number);
                self.leg_of(call_sid, *role)
                    .note_left(ObservedAt::new(*at, *clock), step);
                self.release();
            }
            E::ParticipantCalled {
                call_sid,
                role,
                participant,
                ..
            } => {
                self.leg_of(call_sid, *role);
                if let Some(participant) = self.people.participants.get_mut(participant) {
                    participant.call_sid = Some(call_sid.clone());
                }
                self.release();
            }
            E::ParticipantUnreached {
                call_sid, role, reason, ..
            } => {
                let leg = self.leg_of(call_sid, *role);
                leg.unreached = least(leg.unreached.take(), Some(reason.clone()));
                self.release();
            }
            E::ConferenceStarted {
                at,
                clock,
                conference_sid,
            } => {
                let conference = self.conferences.entry(conference_sid.clone()).or_default();
                ObservedAt::note_earliest(&mut conference.started, ObservedAt::new(*at, *clock));
            }
            E::ConferenceEnded {
                at,
                clock,
                conference_sid,
            } => {
                let conference = self.conferences.entry(conference_sid.clone()).or_default();
                ObservedAt::note_earliest(&mut conference.ended, ObservedAt::new(*at, *clock));
            }
            E::CallEnded { .. } => {
                if let Some(end) = End::of(event) {
                    self.end = Some(match self.end.take() {
                        Some(known) => known.join(end),
                        None => end,
                    });
                }
            }
            E::ProviderReported { .. } => self.reports += 1,
            _ => return false,
        }
        true
    }

    /// Events of team members and transfers. Returns whether the event was one of them.
    fn apply_team(&mut self, event: &CallEvent) -> bool {
        use CallEvent as E;
        let people = &mut self.people;
        match event {
            E::ListenerJoined { user, participant, .. } => {
                people.listeners.insert(user.clone());
                people
                    .participants
                    .insert(*participant, reserved(ParticipantRole::Listener, Some(user)));
            }
            E::ListenerLeft { user, .. } => {
                people.listeners.remove(user);
            }
            E::TakeoverRequested { user, .. } => {
                people.takeover_declined.remove(user);
                people.takeover_requested.insert(user.clone());
            }
            E::TakeoverAccepted { user, participant, .. } => {
                people.takeover_declined.remove(user);
                people.takeover_accepted.insert(user.clone(), *participant);
                people
                    .participants
                    .entry(*participant)
                    .or_insert_with(|| reserved(ParticipantRole::TeamMember, Some(user)));
            }
            E::TakeoverDeclined { user, .. } => {
                people.takeover_requested.remove(user);
                people.takeover_accepted.remove(user);
                people.takeover_declined.insert(user.clone());
            }
            E::TakenOver { user, .. } => {
                people.takeover_requested.clear();
                people.takeover_accepted.clear();
                people.listeners.remove(user);
                people.taken_over_by = Some(user.clone());
            }
            E::TakeoverFailed { user, .. } => {
                if people.taken_over_by.as_ref() == Some(user) {
                    people.taken_over_by = None;
                }
            }
            E::PutOnHold { user, .. } => people.on_hold_by = Some(user.clone()),
            E::TakenOffHold { .. } => people.on_hold_by = None,
            E::TransferStarted { to, participant, .. } => {
                people
                    .participants
                    .insert(*participant, reserved(ParticipantRole::TransferTarget, None));
                people.transfer = Some(Transfer {
                    to: to.clone(),
                    participant: *participant,
                    state: TransferState::Started,
                });
            }
            E::Transferred { .. } => people.transferred(TransferState::Reached),
            E::TransferFailed { .. } => people.transferred(TransferState::Failed),
            E::DigitsSent { .. } => people.digits_sent += 1,
            _ => return false,
        }
        true
    }

    /// Summary, costs, erasure, comparison with the provider.
    fn apply_outcome(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::CallSummarized { .. } => self.summarized = true,
            E::DoNotCallRequested { .. } => self.do_not_call = true,
            E::OptOutHonored { .. } => self.opt_out_honored = true,
            E::CostIncurred { .. } => self.costs += 1,
            E::CallHidden { .. } => self.hidden = true,
            E::CallErased { .. } => self.forget(),
            E::Reconciled { complete, missing, .. } => {
                self.reconciled = Some(Reconciliation {
                    complete: *complete,
                    missing: missing.clone(),
                });
            }
            // The other events were applied above; `GapRepaired` shows in the events that it adds.
            _ => {}
        }
    }

    fn apply_start(&mut self, start: Start, inferred: bool) {
        if inferred {
            self.inferred = Some(match self.inferred.take() {
                Some(known) => known.join(start),
                None => start,
            });
        } else if self.started.is_none() {
            self.started = Some(start);
        }
        if self.erased {
            self.forget();
        }
    }

    /// Removes personal values from the state in memory, as the erasure does in the log.
    fn forget(&mut self) {
        use crate::Personal;
        self.erased = true;
        for start in [&mut self.started, &mut self.inferred].into_iter().flatten() {
            start.from = Personal::Erased;
            start.to = Personal::Erased;
            if start.caller_name.is_some() {
                start.caller_name = Some(Personal::Erased);
            }
        }
        if let Some(queue) = &mut self.queue {
            queue.to = Personal::Erased;
        }
        if let Some(transfer) = &mut self.people.transfer {
            transfer.to = Personal::Erased;
        }
        self.review.forget();
    }

    fn in_queue(&mut self, change: impl FnOnce(&mut Queue)) {
        if let Some(queue) = &mut self.queue {
            change(queue);
        }
    }

    fn in_attempt(&mut self, number: u32, change: impl FnOnce(&mut Attempt)) {
        self.in_queue(|queue| change(queue.attempts.entry(number).or_default()));
    }

    fn leg(&mut self, call_sid: &str) -> &mut LegState {
        self.legs.entry(call_sid.to_owned()).or_default()
    }

    fn leg_of(&mut self, call_sid: &str, role: ParticipantRole) -> &mut LegState {
        let leg = self.leg(call_sid);
        leg.role = least(leg.role, Some(role));
        leg
    }

    /// Withdraws the accepted takeover of every user whose leg is gone, and removes them from the listeners. A user whose
    /// phone was not answered stays a listener: they hear the AI through the media stream.
    fn release(&mut self) {
        let gone: Vec<_> = self
            .people
            .participants
            .iter()
            .filter_map(|(participant, it)| {
                let leg = self.leg_of_participant(*participant).filter(|leg| leg.is_gone())?;
                let has_left = it.role == ParticipantRole::Listener && !leg.was_not_reached();
                Some((*participant, has_left, it.user.clone()?))
            })
            .collect();
        let people = &mut self.people;
        for (participant, has_left, user) in gone {
            let has_later_participant = people
                .participants
                .range(participant + 1..)
                .any(|(_, later)| later.user.as_ref() == Some(&user));
            if has_left && !has_later_participant {
                people.listeners.remove(&user);
            }
            if people.takeover_accepted.get(&user) == Some(&participant) {
                people.takeover_accepted.remove(&user);
                people.takeover_requested.remove(&user);
            }
        }
    }
}

impl People {
    fn transferred(&mut self, state: TransferState) {
        if let Some(transfer) = &mut self.transfer {
            transfer.state = state;
        }
    }
}

fn reserved(role: ParticipantRole, user: Option<&String>) -> Participant {
    Participant {
        role,
        user: user.cloned(),
        call_sid: None,
    }
}
