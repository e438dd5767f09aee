//! [`Participants`]: the parties dialed into a call in addition to the caller, and their state.
//!
//! Commands of users apply in their own order. Reports of legs by the provider are joined so that their order does not
//! matter; they may arrive before the leg's participant is known.

use super::event::CallEvent;
use super::observed_at::{ObservedAt, least};
use super::state::{ConferenceStep, LegState};
use super::value::ParticipantRole;
use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The kind of conference callbacks, and their statuses for a finished announcement.
const CONFERENCE_KIND: &str = "conference-status";
const ANNOUNCEMENT_STATUSES: [&str; 2] = ["announcement-end", "announcement-fail"];

/// The parties dialed into a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Participants {
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Participant>))]
    by_number: BTreeMap<u32, Participant>,
    legs: BTreeMap<String, LegState>,
    /// Legs that have heard their announcement.
    announced: BTreeSet<String>,
    /// Users who asked to take over, whether they were reached or not.
    requests: BTreeSet<String>,
    taken_over_by: Option<String>,
    /// The participant of a user who took over but left before the caller joined.
    missing: Option<u32>,
    transfer: Option<u32>,
}

/// A party dialed into a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = DialedParticipant))]
pub struct Participant {
    pub role: ParticipantRole,
    /// The user, if the party is a team member.
    pub user: Option<String>,
    /// The leg, once dialed.
    pub call_sid: Option<String>,
    pub agreed: bool,
    /// Whether the participant is no longer needed.
    pub withdrawn: bool,
}

impl Participants {
    /// Whether an event can change the participants.
    #[must_use]
    pub fn concerns(event: &CallEvent) -> bool {
        use CallEvent as E;
        match event {
            E::ListenerJoined { .. }
            | E::ListenerLeft { .. }
            | E::TakeoverRequested { .. }
            | E::TakeoverAccepted { .. }
            | E::TakeoverDeclined { .. }
            | E::TakenOver { .. }
            | E::TakeoverFailed { .. }
            | E::TransferStarted { .. }
            | E::Transferred { .. }
            | E::TransferFailed { .. }
            | E::ParticipantCalled { .. }
            | E::ParticipantUnreached { .. }
            | E::ParticipantJoined { .. }
            | E::ParticipantLeft { .. } => true,
            E::ProviderReported { kind, status, .. } => {
                kind == CONFERENCE_KIND && ANNOUNCEMENT_STATUSES.contains(&status.as_str())
            }
            _ => false,
        }
    }

    /// Applies an event.
    pub fn fold(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::ListenerJoined { user, participant, .. } => {
                self.reserve(*participant, ParticipantRole::Listener, Some(user));
            }
            E::ListenerLeft { user, .. } => {
                self.update_user(user, |participant| participant.withdrawn |= !participant.agreed);
            }
            E::TakeoverRequested { user, .. } => {
                self.requests.insert(user.clone());
                // The result of an earlier request no longer matters.
                let is_gone = |(_, participant): &(u32, &Participant)| self.is_gone(participant);
                let gone: Vec<_> = self.all().filter(is_gone).map(|(number, _)| number).collect();
                for number in gone {
                    if let Some(participant) = self.by_number.get_mut(&number) {
                        participant.agreed &= participant.user.as_ref() != Some(user);
                    }
                }
            }
            E::TakeoverAccepted { user, participant, .. } => {
                if !self.by_number.contains_key(participant) {
                    self.reserve(*participant, ParticipantRole::TeamMember, Some(user));
                }
                if let Some(participant) = self.by_number.get_mut(participant) {
                    participant.agreed = true;
                }
            }
            E::TakeoverDeclined { user, .. } => {
                self.requests.remove(user);
                self.update_user(user, Participant::cancel_takeover);
            }
            E::TakenOver { user, .. } => {
                self.requests.clear();
                self.missing = None;
                self.taken_over_by = Some(user.clone());
                for participant in self
                    .by_number
                    .values_mut()
                    .filter(|participant| participant.user.as_ref() != Some(user))
                {
                    participant.cancel_takeover();
                }
            }
            E::TakeoverFailed { user, .. } => {
                if self.taken_over_by.as_ref() == Some(user) {
                    self.missing = self.takeover_participant();
                    self.taken_over_by = None;
                }
                self.update_user(user, Participant::cancel_takeover);
            }
            E::TransferStarted { participant, .. } => {
                self.reserve(*participant, ParticipantRole::TransferTarget, None);
                self.transfer = Some(*participant);
            }
            // The participant who spoke until now, and the target of an earlier transfer, are no longer needed.
            E::Transferred { .. } => {
                let target = self.transfer.take();
                for (number, participant) in &mut self.by_number {
                    participant.withdrawn |=
                        participant.role == ParticipantRole::TransferTarget && Some(*number) != target;
                }
                if let Some(user) = self.taken_over_by.clone() {
                    self.update_user(&user, |participant| participant.withdrawn = true);
                }
            }
            E::TransferFailed { .. } => {
                if let Some(participant) = self
                    .transfer
                    .take()
                    .and_then(|participant| self.by_number.get_mut(&participant))
                {
                    participant.withdrawn = true;
                }
            }
            E::ParticipantCalled {
                call_sid,
                role,
                participant,
                ..
            } => {
                self.leg(call_sid, *role);
                if let Some(participant) = self.by_number.get_mut(participant) {
                    participant.call_sid = Some(call_sid.clone());
                }
            }
            _ => self.fold_leg(event),
        }
    }

    fn fold_leg(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::ParticipantUnreached {
                call_sid, role, reason, ..
            } => {
                let leg = self.leg(call_sid, *role);
                leg.unreached = least(leg.unreached.take(), Some(reason.clone()));
            }
            E::ParticipantJoined {
                at,
                clock,
                call_sid,
                role,
                conference_sid,
                sequence_number,
            } => {
                let step = ConferenceStep::of(conference_sid.as_ref(), *sequence_number);
                self.leg(call_sid, *role)
                    .note_joined(ObservedAt::new(*at, *clock), step);
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
                self.leg(call_sid, *role).note_left(ObservedAt::new(*at, *clock), step);
            }
            // Without a leg, the announcement was for the target of the current transfer.
            E::ProviderReported { call_sid, .. } if Self::concerns(event) => {
                let participant = self.transfer.and_then(|participant| self.by_number.get(&participant));
                let target = participant.and_then(|participant| participant.call_sid.clone());
                self.announced.extend(call_sid.clone().or(target));
            }
            _ => {}
        }
    }

    fn reserve(&mut self, number: u32, role: ParticipantRole, user: Option<&String>) {
        let participant = Participant {
            role,
            user: user.cloned(),
            call_sid: None,
            agreed: false,
            withdrawn: false,
        };
        self.by_number.insert(number, participant);
    }

    fn update_user(&mut self, user: &str, change: impl FnMut(&mut Participant)) {
        let is_user = |participant: &&mut Participant| participant.user.as_deref() == Some(user);
        self.by_number.values_mut().filter(is_user).for_each(change);
    }

    fn leg(&mut self, call_sid: &str, role: ParticipantRole) -> &mut LegState {
        let leg = self.legs.entry(call_sid.to_owned()).or_default();
        leg.role = least(leg.role, Some(role));
        leg
    }

    /// Every participant, by number.
    pub fn all(&self) -> impl Iterator<Item = (u32, &Participant)> {
        self.by_number
            .iter()
            .map(|(number, participant)| (*number, participant))
    }

    /// Whether the participant is in the conference now.
    #[must_use]
    pub fn is_present(&self, participant: &Participant) -> bool {
        self.leg_of(participant).is_some_and(LegState::is_present)
    }

    /// Whether the participant was not reached, or has left.
    #[must_use]
    pub fn is_gone(&self, participant: &Participant) -> bool {
        self.leg_of(participant).is_some_and(LegState::is_gone)
    }

    /// When the participant left, if known.
    #[must_use]
    pub fn left_at(&self, participant: &Participant) -> Option<Timestamp> {
        Some(self.leg_of(participant)?.left?.at)
    }

    /// Whether the caller may be waiting alone: the participant took the call over and is gone, and the caller is still
    /// in the conference or has not joined it yet.
    #[must_use]
    pub fn is_missing(&self, number: u32, participant: &Participant) -> bool {
        if self.taken_over_by.is_none() {
            return self.missing == Some(number) && self.caller_is_in();
        }
        let is_takeover = self.takeover_participant() == Some(number) && !participant.withdrawn;
        is_takeover && self.is_gone(participant) && (self.caller_is_in() || !self.caller_was_in())
    }

    /// The participant of the user who took the call over.
    fn takeover_participant(&self) -> Option<u32> {
        let taker = self.taken_over_by.as_ref()?;
        let is_user =
            |(_, participant): &(&u32, &Participant)| participant.agreed && participant.user.as_ref() == Some(taker);
        let last = self.by_number.iter().rev().find(is_user);
        last.map(|(number, _)| *number)
    }

    /// Why the participant was not reached.
    #[must_use]
    pub fn unreached(&self, participant: &Participant) -> Option<&str> {
        self.leg_of(participant)?.unreached.as_deref()
    }

    /// Whether the participant has heard the announcement.
    #[must_use]
    pub fn is_announced(&self, participant: &Participant) -> bool {
        participant
            .call_sid
            .as_ref()
            .is_some_and(|sid| self.announced.contains(sid))
    }

    /// The legs that joined or left, by `CallSid`. The caller's is one of them once the provider has reported it.
    pub fn legs(&self) -> impl Iterator<Item = (&str, &LegState)> {
        let legs = self.legs.iter().map(|(sid, leg)| (sid.as_str(), leg));
        legs.filter(|(_, leg)| leg.joined.is_some() || leg.left.is_some())
    }

    fn leg_of(&self, participant: &Participant) -> Option<&LegState> {
        self.legs.get(participant.call_sid.as_ref()?)
    }

    /// Whether the caller is in a conference now.
    #[must_use]
    pub fn caller_is_in(&self) -> bool {
        let is_caller = |leg: &&LegState| leg.role == Some(ParticipantRole::Caller);
        self.legs.values().filter(is_caller).any(LegState::is_present)
    }

    fn caller_was_in(&self) -> bool {
        let is_caller = |leg: &&LegState| leg.role == Some(ParticipantRole::Caller);
        self.legs
            .values()
            .filter(is_caller)
            .any(|leg| leg.joined_last.is_some())
    }

    /// The user who took the call over.
    #[must_use]
    pub fn taken_over_by(&self) -> Option<&str> {
        self.taken_over_by.as_deref()
    }

    /// The participant number of the transfer in progress.
    #[must_use]
    pub const fn transfer(&self) -> Option<u32> {
        self.transfer
    }

    /// Users who listen in. A listener whose phone was not answered hears the AI through the media stream, but no team
    /// member, and therefore counts until a takeover.
    #[must_use]
    pub fn listeners(&self) -> BTreeSet<&str> {
        let listens = |participant: &Participant| {
            participant.role == ParticipantRole::Listener && participant.user != self.taken_over_by
        };
        let mut users = self.users(listens);
        if self.taken_over_by.is_none() {
            let was_not_reached =
                |participant: &Participant| self.leg_of(participant).is_some_and(LegState::was_not_reached);
            let hears_ai_only = |participant: &&Participant| {
                listens(participant) && !participant.withdrawn && was_not_reached(participant)
            };
            let participants = self.by_number.values().filter(hears_ai_only);
            users.extend(participants.filter_map(|participant| participant.user.as_deref()));
        }
        users
    }

    /// Users who agreed to take over and have not done so yet.
    #[must_use]
    pub fn accepted(&self) -> BTreeSet<&str> {
        if self.taken_over_by.is_some() {
            return BTreeSet::new();
        }
        self.users(|participant| participant.agreed)
    }

    /// Users who are asked to take over and have not answered. A user whose phone was not answered is removed.
    #[must_use]
    pub fn requests(&self) -> BTreeSet<&str> {
        let has_agreed = |user: &str| {
            let is_user = |participant: &Participant| participant.agreed && participant.user.as_deref() == Some(user);
            self.by_number.values().any(is_user)
        };
        let users = self.requests.iter().map(String::as_str);
        users.filter(|user| !has_agreed(user)).collect()
    }

    fn users(&self, which: impl Fn(&Participant) -> bool) -> BTreeSet<&str> {
        let is_taken =
            |participant: &&Participant| !participant.withdrawn && !self.is_gone(participant) && which(participant);
        let participants = self.by_number.values().filter(is_taken);
        participants
            .filter_map(|participant| participant.user.as_deref())
            .collect()
    }
}

impl Participant {
    /// Cancels a takeover by this participant. A listener keeps listening; any other participant is no longer needed.
    fn cancel_takeover(&mut self) {
        if std::mem::take(&mut self.agreed) && self.role == ParticipantRole::TeamMember {
            self.withdrawn = true;
        }
    }
}
