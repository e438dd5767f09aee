//! Process managers: they find work in the `work` read model, do it, and report the result as a command.

mod archiver;
mod deleter;
mod eraser;
mod last_seen;
pub mod numbers;
mod people;
mod recorder;
pub mod resting;
mod summarizer;
mod transcriber;
mod worker;

use crate::state::AppState;
use tokio::task::JoinHandle;

/// Starts them all. They end when the service stops.
pub fn spawn(state: &AppState) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(eraser::run(state.clone())),
        tokio::spawn(last_seen::run(state.clone())),
        tokio::spawn(numbers::run(state.clone())),
        tokio::spawn(worker::run::<people::call_in::CallIn>(state.clone())),
        tokio::spawn(worker::run::<people::take_over::TakeOver>(state.clone())),
        tokio::spawn(worker::run::<people::conclude_transfer::ConcludeTransfer>(
            state.clone(),
        )),
        tokio::spawn(worker::run::<people::hand_back::HandBack>(state.clone())),
        tokio::spawn(worker::run::<people::let_go::LetGo>(state.clone())),
        tokio::spawn(worker::run::<recorder::Recorder>(state.clone())),
        tokio::spawn(worker::run::<archiver::Archiver>(state.clone())),
        tokio::spawn(worker::run::<deleter::Deleter>(state.clone())),
        tokio::spawn(worker::run::<transcriber::Transcriber>(state.clone())),
        tokio::spawn(worker::run::<summarizer::Summarizer>(state.clone())),
    ]
}
