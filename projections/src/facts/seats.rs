//! [`Seats`]: who is called into a conversation, beside the caller, and what became of it.
//!
//! What people order counts in the order in which they ordered it. What the telephone network tells of legs is joined, so
//! that its order leaves no trace, and so that it may be heard before we know whose leg it is.

use domain::Timestamp;
use domain::call::CallEvent;
use domain::call::moment::{Moment, least};
use domain::call::state::LegState;
use domain::call::value::ParticipantRole;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The kind of a conference's callbacks, and their words for an announcement that is over.
const OF_CONFERENCE: &str = "conference-status";
const ANNOUNCED: [&str; 2] = ["announcement-end", "announcement-fail"];

/// Who is called into a conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seats {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    by_number: BTreeMap<u32, Seat>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    legs: BTreeMap<String, LegState>,
    /// Legs that were told why they were called.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    announced: BTreeSet<String>,
    /// Who asked to take over, whether they came or not.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    requests: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_over_by: Option<String>,
    /// The seat of whoever had taken over and was gone before the caller came.
    #[serde(skip_serializing_if = "Option::is_none")]
    missed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer: Option<u32>,
}

/// A place to which somebody is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seat {
    /// Whose place.
    pub role: ParticipantRole,
    /// The user, if it is a person's of ours.
    pub user: Option<String>,
    /// The leg, once somebody was called.
    pub call_sid: Option<String>,
    /// Whether the user agreed to take over.
    pub agreed: bool,
    /// Whether nobody is wanted there any more.
    pub withdrawn: bool,
}

impl Seats {
    /// Whether an event says anything here.
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
            E::ProviderReported { kind, status, .. } => kind == OF_CONFERENCE && ANNOUNCED.contains(&status.as_str()),
            _ => false,
        }
    }

    /// Folds an event into what is known.
    pub fn fold(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::ListenerJoined { user, seat, .. } => self.reserve(*seat, ParticipantRole::Listener, Some(user)),
            E::ListenerLeft { user, .. } => self.of_user(user, |seat| seat.withdrawn |= !seat.agreed),
            E::TakeoverRequested { user, .. } => {
                self.requests.insert(user.clone());
                // What came of an earlier request does not matter any more.
                let is_gone = |(_, seat): &(u32, &Seat)| self.is_gone(seat);
                let gone: Vec<_> = self.all().filter(is_gone).map(|(number, _)| number).collect();
                for number in gone {
                    if let Some(seat) = self.by_number.get_mut(&number) {
                        seat.agreed &= seat.user.as_ref() != Some(user);
                    }
                }
            }
            E::TakeoverAccepted { user, seat, .. } => {
                if !self.by_number.contains_key(seat) {
                    self.reserve(*seat, ParticipantRole::Agent, Some(user));
                }
                if let Some(seat) = self.by_number.get_mut(seat) {
                    seat.agreed = true;
                }
            }
            E::TakeoverDeclined { user, .. } => {
                self.requests.remove(user);
                self.of_user(user, Seat::does_not_speak);
            }
            E::TakenOver { user, .. } => {
                self.requests.clear();
                self.missed = None;
                self.taken_over_by = Some(user.clone());
                for seat in self
                    .by_number
                    .values_mut()
                    .filter(|seat| seat.user.as_ref() != Some(user))
                {
                    seat.does_not_speak();
                }
            }
            E::TakeoverFailed { user, .. } => {
                if self.taken_over_by.as_ref() == Some(user) {
                    self.missed = self.takers();
                    self.taken_over_by = None;
                }
                self.of_user(user, Seat::does_not_speak);
            }
            E::TransferStarted { seat, .. } => {
                self.reserve(*seat, ParticipantRole::TransferTarget, None);
                self.transfer = Some(*seat);
            }
            // Whoever spoke until now need not any more, and neither need the target of an earlier transfer.
            E::Transferred { .. } => {
                let target = self.transfer.take();
                for (number, seat) in &mut self.by_number {
                    seat.withdrawn |= seat.role == ParticipantRole::TransferTarget && Some(*number) != target;
                }
                if let Some(user) = self.taken_over_by.clone() {
                    self.of_user(&user, |seat| seat.withdrawn = true);
                }
            }
            E::TransferFailed { .. } => {
                if let Some(seat) = self.transfer.take().and_then(|seat| self.by_number.get_mut(&seat)) {
                    seat.withdrawn = true;
                }
            }
            E::ParticipantCalled {
                call_sid, role, seat, ..
            } => {
                self.leg(call_sid, *role);
                if let Some(seat) = self.by_number.get_mut(seat) {
                    seat.call_sid = Some(call_sid.clone());
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
                told,
                call_sid,
                role,
                ..
            } => Moment::note_latest(&mut self.leg(call_sid, *role).joined_last, Moment::new(*at, *told)),
            E::ParticipantLeft {
                at,
                told,
                call_sid,
                role,
            } => Moment::note_latest(&mut self.leg(call_sid, *role).left, Moment::new(*at, *told)),
            // Without a leg it is about whoever we last had something announced to.
            E::ProviderReported { call_sid, .. } if Self::concerns(event) => {
                let seat = self.transfer.and_then(|seat| self.by_number.get(&seat));
                let target = seat.and_then(|seat| seat.call_sid.clone());
                self.announced.extend(call_sid.clone().or(target));
            }
            _ => {}
        }
    }

    fn reserve(&mut self, number: u32, role: ParticipantRole, user: Option<&String>) {
        let seat = Seat {
            role,
            user: user.cloned(),
            call_sid: None,
            agreed: false,
            withdrawn: false,
        };
        self.by_number.insert(number, seat);
    }

    fn of_user(&mut self, user: &str, change: impl FnMut(&mut Seat)) {
        let is_theirs = |seat: &&mut Seat| seat.user.as_deref() == Some(user);
        self.by_number.values_mut().filter(is_theirs).for_each(change);
    }

    fn leg(&mut self, call_sid: &str, role: ParticipantRole) -> &mut LegState {
        let leg = self.legs.entry(call_sid.to_owned()).or_default();
        leg.role = least(leg.role, Some(role));
        leg
    }

    /// Every seat, by number.
    pub fn all(&self) -> impl Iterator<Item = (u32, &Seat)> {
        self.by_number.iter().map(|(number, seat)| (*number, seat))
    }

    /// Whether whoever sits there is in the conversation now.
    #[must_use]
    pub fn is_present(&self, seat: &Seat) -> bool {
        self.leg_of(seat).is_some_and(LegState::is_present)
    }

    /// Whether whoever was called there did not come, or left.
    #[must_use]
    pub fn is_gone(&self, seat: &Seat) -> bool {
        self.leg_of(seat).is_some_and(LegState::is_gone)
    }

    /// When whoever sat there left, where that is known.
    #[must_use]
    pub fn left_at(&self, seat: &Seat) -> Option<Timestamp> {
        Some(self.leg_of(seat)?.left?.at)
    }

    /// Whether the caller may be waiting there in vain: whoever took the call over from there is gone, and the caller is
    /// still in the conference, or never was.
    #[must_use]
    pub fn is_missed(&self, number: u32, seat: &Seat) -> bool {
        if self.taken_over_by.is_none() {
            return self.missed == Some(number) && self.caller_is_in();
        }
        let is_takers = self.takers() == Some(number) && !seat.withdrawn;
        is_takers && self.is_gone(seat) && (self.caller_is_in() || !self.caller_was_in())
    }

    /// The seat from which the call was taken over.
    fn takers(&self) -> Option<u32> {
        let taker = self.taken_over_by.as_ref()?;
        let is_theirs = |(_, seat): &(&u32, &Seat)| seat.agreed && seat.user.as_ref() == Some(taker);
        let last = self.by_number.iter().rev().find(is_theirs);
        last.map(|(number, _)| *number)
    }

    /// Why whoever was called there did not come.
    #[must_use]
    pub fn unreached(&self, seat: &Seat) -> Option<&str> {
        self.leg_of(seat)?.unreached.as_deref()
    }

    /// Whether whoever sits there was told why they were called.
    #[must_use]
    pub fn is_announced(&self, seat: &Seat) -> bool {
        seat.call_sid.as_ref().is_some_and(|sid| self.announced.contains(sid))
    }

    fn leg_of(&self, seat: &Seat) -> Option<&LegState> {
        self.legs.get(seat.call_sid.as_ref()?)
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

    /// Who took over.
    #[must_use]
    pub fn taken_over_by(&self) -> Option<&str> {
        self.taken_over_by.as_deref()
    }

    /// The seat of a transfer that is under way.
    #[must_use]
    pub const fn transfer(&self) -> Option<u32> {
        self.transfer
    }

    /// Who listens in. Whose telephone nobody answered hears the AI, and no person.
    #[must_use]
    pub fn listeners(&self) -> BTreeSet<&str> {
        let listens = |seat: &Seat| seat.role == ParticipantRole::Listener && seat.user != self.taken_over_by;
        let mut users = self.users(listens);
        if self.taken_over_by.is_none() {
            let never_came = |seat: &Seat| self.leg_of(seat).is_some_and(LegState::never_came);
            let is_deaf_to_people = |seat: &&Seat| listens(seat) && !seat.withdrawn && never_came(seat);
            let seats = self.by_number.values().filter(is_deaf_to_people);
            users.extend(seats.filter_map(|seat| seat.user.as_deref()));
        }
        users
    }

    /// Who agreed to take over and does not speak yet.
    #[must_use]
    pub fn accepted(&self) -> BTreeSet<&str> {
        if self.taken_over_by.is_some() {
            return BTreeSet::new();
        }
        self.users(|seat| seat.agreed)
    }

    /// Who asks to take over. Whoever's telephone was not answered does not any more.
    #[must_use]
    pub fn requests(&self) -> BTreeSet<&str> {
        let came_not = |user: &str| {
            let is_theirs = |seat: &&Seat| seat.agreed && seat.user.as_deref() == Some(user);
            self.by_number
                .values()
                .rfind(is_theirs)
                .is_some_and(|seat| self.is_gone(seat))
        };
        let asks = self.requests.iter().map(String::as_str);
        asks.filter(|user| !came_not(user)).collect()
    }

    fn users(&self, which: impl Fn(&Seat) -> bool) -> BTreeSet<&str> {
        let is_taken = |seat: &&Seat| !seat.withdrawn && !self.is_gone(seat) && which(seat);
        let seats = self.by_number.values().filter(is_taken);
        seats.filter_map(|seat| seat.user.as_deref()).collect()
    }
}

impl Seat {
    /// The user does not take over: one who listens goes on listening, any other need not come.
    fn does_not_speak(&mut self) {
        if std::mem::take(&mut self.agreed) && self.role == ParticipantRole::Agent {
            self.withdrawn = true;
        }
    }
}
