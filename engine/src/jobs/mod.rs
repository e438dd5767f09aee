//! Process managers (jobs). Each finds work in the `work` read model, does it, and records the result with a command.
//! The other background tasks of the engine are here too.

mod archiver;
mod configuration;
mod deleter;
mod dispatcher;
mod eraser;
mod job;
mod last_seen;
pub mod numbers;
mod reconcile;
mod recorder;
mod share;
mod shared_presence;
mod summarizer;
mod supervise;
mod suppressor;
mod takeover;
mod transcriber;
mod user_events;

use crate::SharedEngine;
use dispatcher::Registered;
use supervise::supervise;
use takeover::{
    complete_transfer::CompleteTransfer, dial_participant::DialParticipant, hang_up_participant::HangUpParticipant,
    return_to_ai::ReturnToAi, take_over::TakeOver,
};
use tokio::task::JoinHandle;

/// Starts all jobs and background tasks. They end when the service stops.
#[must_use = "the service waits for the tasks when it stops"]
pub fn spawn(engine: &SharedEngine) -> Vec<JoinHandle<()>> {
    let jobs = [
        Registered::of::<DialParticipant>(),
        Registered::of::<TakeOver>(),
        Registered::of::<CompleteTransfer>(),
        Registered::of::<ReturnToAi>(),
        Registered::of::<HangUpParticipant>(),
        Registered::of::<recorder::Recorder>(),
        Registered::of::<archiver::Archiver>(),
        Registered::of::<suppressor::Suppressor>(),
        Registered::of::<deleter::Deleter>(),
        Registered::of::<transcriber::Transcriber>(),
        Registered::of::<summarizer::Summarizer>(),
    ];
    vec![
        spawn_task("jobs", engine, move |engine| async move {
            dispatcher::run(engine, &jobs).await;
        }),
        spawn_task("eraser", engine, eraser::run),
        spawn_task("last_seen", engine, last_seen::run),
        spawn_task("user_events", engine, user_events::run),
        spawn_task("shared_presence", engine, shared_presence::run),
        spawn_task("numbers", engine, numbers::run),
        spawn_task("reconciler", engine, reconcile::open::run),
        spawn_task("configuration", engine, configuration::run),
    ]
}

fn spawn_task<F: Future<Output = ()> + Send>(
    task: &'static str,
    engine: &SharedEngine,
    run: impl Fn(SharedEngine) -> F + Send + Sync + 'static,
) -> JoinHandle<()> {
    let engine = engine.clone();
    tokio::spawn(async move { supervise(task, engine.drain.clone(), || run(engine.clone())).await })
}
