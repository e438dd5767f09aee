//! Process managers (jobs). Each finds work in the `work` read model, does it, and records the result with a command.

mod archiver;
mod deleter;
mod eraser;
pub mod hold_recording;
mod last_seen;
pub mod numbers;
mod recorder;
mod runner;
mod shared_presence;
mod summarizer;
mod takeover;
mod transcriber;

use crate::SharedEngine;
use tokio::task::JoinHandle;

/// Starts all jobs. They end when the service stops.
pub fn spawn(engine: &SharedEngine) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(eraser::run(engine.clone())),
        tokio::spawn(last_seen::run(engine.clone())),
        tokio::spawn(shared_presence::run(engine.clone())),
        tokio::spawn(numbers::run(engine.clone())),
        tokio::spawn(runner::run::<takeover::dial_participant::DialParticipant>(
            engine.clone(),
        )),
        tokio::spawn(runner::run::<takeover::take_over::TakeOver>(engine.clone())),
        tokio::spawn(runner::run::<takeover::complete_transfer::CompleteTransfer>(
            engine.clone(),
        )),
        tokio::spawn(runner::run::<takeover::return_to_ai::ReturnToAi>(engine.clone())),
        tokio::spawn(runner::run::<takeover::hang_up_participant::HangUpParticipant>(
            engine.clone(),
        )),
        tokio::spawn(runner::run::<recorder::Recorder>(engine.clone())),
        tokio::spawn(runner::run::<archiver::Archiver>(engine.clone())),
        tokio::spawn(runner::run::<deleter::Deleter>(engine.clone())),
        tokio::spawn(runner::run::<transcriber::Transcriber>(engine.clone())),
        tokio::spawn(runner::run::<summarizer::Summarizer>(engine.clone())),
    ]
}
