//! Inbound call, answered by the AI, then taken over by a team member: the caller is moved into a conference that the
//! team member's browser joins. Some callers are put on hold, and some are transferred to a third telephone.
//!
//! The other legs have their own status callbacks. These legs end before or after the call, and must not end it.

use super::conference::{Conference, Participant};
use super::script::{Ending, Script};
use crate::traffic::data::people::{self, DESKS};
use crate::twilio::params::{CallStatus, Direction, LegParams, PartyAddress};
use std::time::Duration;

pub(super) fn build(script: &mut Script) -> Ending {
    let mut caller = script.rings_in();
    let answered = script.now;
    let mut with_ai = script.starts_recording("ai");
    script.wait(15_000..=120_000);

    let desk = PartyAddress::Client((*script.rng.pick(&DESKS)).to_owned());
    let (mut agent, agent_since) = dial_into_conference(script, "agent", desk, 1_500..=8_000);
    script.stops_recording(&mut with_ai);
    script.transcribes(&caller, &with_ai, script.conversation().with_ai);

    let mut conference = script.conference();
    let caller_participant = Participant {
        leg: &caller.clone(),
        label: "caller",
        ends_on_exit: true,
    };
    let agent_participant = Participant {
        leg: &agent.clone(),
        label: "agent",
        ends_on_exit: false,
    };
    script.joins(&mut conference, caller_participant);
    script.wait(100..=600);
    script.joins(&mut conference, agent_participant);
    script.conference_starts(&mut conference);
    let mut with_human = script.starts_recording("human");
    script.wait(15_000..=180_000);

    if script.rng.chance(0.5) {
        script.holds(&mut conference, caller_participant, true);
        script.wait(8_000..=90_000);
        script.holds(&mut conference, caller_participant, false);
        script.wait(5_000..=60_000);
    }
    let transferred = if script.rng.chance(0.4) {
        transfers(script, &mut conference)
    } else {
        None
    };
    if transferred.is_some() {
        script.leaves(&mut conference, agent_participant, "participant_hung_up");
        script.ends(&mut agent, CallStatus::Completed, script.since(agent_since), 200);
        script.wait(20_000..=240_000);
    }

    script.leaves(&mut conference, caller_participant, "participant_hung_up");
    let ending = script.hangs_up(&mut caller, CallStatus::Completed, Some(answered));
    script.wait(50..=400);
    let (mut last, since, participant) = match transferred {
        Some((leg, since)) => (
            leg.clone(),
            since,
            Participant {
                leg: &leg.clone(),
                label: "transfer",
                ends_on_exit: false,
            },
        ),
        None => (agent, agent_since, agent_participant),
    };
    script.leaves(&mut conference, participant, "moderator_ended_conference");
    script.conference_ends(&mut conference, caller_participant);
    script.ends(&mut last, CallStatus::Completed, script.since(since), 200);
    script.stops_recording(&mut with_human);
    script.transcribes(&caller, &with_human, script.conversation().with_human);
    ending
}

/// Dials another leg, which answers. Returns the leg and the time at which it was answered.
fn dial_into_conference(
    script: &mut Script,
    label: &str,
    to: PartyAddress,
    rings_for: std::ops::RangeInclusive<u64>,
) -> (LegParams, Duration) {
    let mut leg = script.leg(label, script.business(), to, Direction::OutboundApi);
    script.progresses(&mut leg, CallStatus::Initiated);
    script.rings(&mut leg, rings_for);
    script.progresses(&mut leg, CallStatus::InProgress);
    (leg, script.now)
}

/// Transfers to a third telephone. `None` if it is busy; the conference is then unchanged.
fn transfers(script: &mut Script, conference: &mut Conference) -> Option<(LegParams, Duration)> {
    let colleague = people::person(script.rng.below(people::POPULATION)).party();
    if script.rng.chance(0.2) {
        let mut leg = script.leg("transfer", script.business(), colleague, Direction::OutboundApi);
        script.progresses(&mut leg, CallStatus::Initiated);
        script.wait(800..=2_500);
        script.ends(&mut leg, CallStatus::Busy, Duration::ZERO, 486);
        script.wait(10_000..=60_000);
        return None;
    }
    let (leg, since) = dial_into_conference(script, "transfer", colleague, 3_000..=15_000);
    script.wait(200..=800);
    script.joins(
        conference,
        Participant {
            leg: &leg,
            label: "transfer",
            ends_on_exit: false,
        },
    );
    script.wait(5_000..=25_000);
    Some((leg, since))
}
