//! Process managers (jobs). Each finds work in the `work` read model, does it, and records the result with a command.

mod archiver;
mod deleter;
mod eraser;
pub mod hold_recording;
mod last_seen;
pub mod numbers;
mod recorder;
mod runner;
mod summarizer;
mod takeover;
mod transcriber;

use crate::state::AppState;
use tokio::task::JoinHandle;

/// Starts all jobs. They end when the service stops.
pub fn spawn(state: &AppState) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(eraser::run(state.clone())),
        tokio::spawn(last_seen::run(state.clone())),
        tokio::spawn(numbers::run(state.clone())),
        tokio::spawn(runner::run::<takeover::dial_participant::DialParticipant>(
            state.clone(),
        )),
        tokio::spawn(runner::run::<takeover::take_over::TakeOver>(state.clone())),
        tokio::spawn(runner::run::<takeover::complete_transfer::CompleteTransfer>(
            state.clone(),
        )),
        tokio::spawn(runner::run::<takeover::return_to_ai::ReturnToAi>(state.clone())),
        tokio::spawn(runner::run::<takeover::hang_up_participant::HangUpParticipant>(
            state.clone(),
        )),
        tokio::spawn(runner::run::<recorder::Recorder>(state.clone())),
        tokio::spawn(runner::run::<archiver::Archiver>(state.clone())),
        tokio::spawn(runner::run::<deleter::Deleter>(state.clone())),
        tokio::spawn(runner::run::<transcriber::Transcriber>(state.clone())),
        tokio::spawn(runner::run::<summarizer::Summarizer>(state.clone())),
    ]
}
