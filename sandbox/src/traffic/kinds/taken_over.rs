//! Inbound, answered by the AI, then taken over by a person: the caller is moved into a conference that the person's
//! browser joins. Sometimes the caller is held, and sometimes transferred to a third telephone.
//!
//! The other legs have status callbacks of their own, which end before or after the call does and must not end it.

use super::conference::{Conference, Seat};
use super::script::{Ending, Script};
use crate::traffic::data::people::{self, DESKS};
use crate::twilio::params::{CallStatus, Direction, Leg, Party};
use std::time::Duration;

pub(super) fn tell(script: &mut Script) -> Ending {
    let mut caller = script.rings_in();
    let answered = script.now;
    let mut with_ai = script.starts_recording("ai");
    script.wait(15_000..=120_000);

    let desk = Party::Client((*script.dice.pick(&DESKS)).to_owned());
    let (mut agent, agent_since) = calls_in(script, "agent", desk, 1_500..=8_000);
    script.stops_recording(&mut with_ai);
    script.transcribes(&caller, &with_ai, script.conversation().with_ai);

    let mut conference = script.conference();
    let caller_seat = Seat {
        leg: &caller.clone(),
        label: "caller",
        ends_on_exit: true,
    };
    let agent_seat = Seat {
        leg: &agent.clone(),
        label: "agent",
        ends_on_exit: false,
    };
    script.joins(&mut conference, caller_seat);
    script.wait(100..=600);
    script.joins(&mut conference, agent_seat);
    script.conference_starts(&mut conference);
    let mut with_human = script.starts_recording("human");
    script.wait(15_000..=180_000);

    if script.dice.chance(0.5) {
        script.holds(&mut conference, caller_seat, true);
        script.wait(8_000..=90_000);
        script.holds(&mut conference, caller_seat, false);
        script.wait(5_000..=60_000);
    }
    let third = if script.dice.chance(0.4) {
        transfers(script, &mut conference)
    } else {
        None
    };
    if third.is_some() {
        script.leaves(&mut conference, agent_seat, "participant_hung_up");
        script.ends(&mut agent, CallStatus::Completed, script.since(agent_since), 200);
        script.wait(20_000..=240_000);
    }

    script.leaves(&mut conference, caller_seat, "participant_hung_up");
    let ending = script.hangs_up(&mut caller, CallStatus::Completed, Some(answered));
    script.wait(50..=400);
    let (mut last, since, seat) = match third {
        Some((leg, since)) => (
            leg.clone(),
            since,
            Seat {
                leg: &leg.clone(),
                label: "transfer",
                ends_on_exit: false,
            },
        ),
        None => (agent, agent_since, agent_seat),
    };
    script.leaves(&mut conference, seat, "moderator_ended_conference");
    script.conference_ends(&mut conference, caller_seat);
    script.ends(&mut last, CallStatus::Completed, script.since(since), 200);
    script.stops_recording(&mut with_human);
    script.transcribes(&caller, &with_human, script.conversation().with_human);
    ending
}

/// Another leg is called into the conference and answers. Gives it, and since when it is connected.
fn calls_in(script: &mut Script, label: &str, to: Party, rings_for: std::ops::RangeInclusive<u64>) -> (Leg, Duration) {
    let mut leg = script.leg(label, script.business(), to, Direction::OutboundApi);
    script.progresses(&mut leg, CallStatus::Initiated);
    script.rings(&mut leg, rings_for);
    script.progresses(&mut leg, CallStatus::InProgress);
    (leg, script.now)
}

/// A third telephone is called in. It may be busy, and then all stays as it was.
fn transfers(script: &mut Script, conference: &mut Conference) -> Option<(Leg, Duration)> {
    let colleague = people::person(script.dice.below(people::POPULATION)).party();
    if script.dice.chance(0.2) {
        let mut leg = script.leg("transfer", script.business(), colleague, Direction::OutboundApi);
        script.progresses(&mut leg, CallStatus::Initiated);
        script.wait(800..=2_500);
        script.ends(&mut leg, CallStatus::Busy, Duration::ZERO, 486);
        script.wait(10_000..=60_000);
        return None;
    }
    let (leg, since) = calls_in(script, "transfer", colleague, 3_000..=15_000);
    script.wait(200..=800);
    script.joins(
        conference,
        Seat {
            leg: &leg,
            label: "transfer",
            ends_on_exit: false,
        },
    );
    script.wait(5_000..=25_000);
    Some((leg, since))
}
