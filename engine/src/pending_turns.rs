//! Turns whose answer takes longer than a caller waits in silence.
//!
//! Twilio speaks only what a response to its request contains. So a turn that takes long is answered with a few words and a
//! redirect to the same turn, while the model goes on in a task of its own; the next request takes that task up. In another
//! process it asks the model again; the answer that is recorded first counts.

use domain::call::CallError;
use infra::ledger::LedgerError;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// How long a caller waits in silence before they hear that the answer takes a moment.
const FIRST_SILENCE: Duration = Duration::from_secs(3);
/// How long they wait after that until they hear it again.
const LATER_SILENCE: Duration = Duration::from_secs(5);
/// How long a task is kept that no request takes up: the caller has hung up.
const MAX_AGE: Duration = Duration::from_mins(1);

/// A task that prepares an answer and records it.
pub(crate) type Answering = JoinHandle<Result<(), LedgerError<CallError>>>;

/// The tasks that prepare an answer, by the key of their turn.
#[derive(Debug, Default)]
pub struct PendingTurns(Mutex<HashMap<String, (Instant, Answering)>>);

impl PendingTurns {
    /// The task of a turn, if it is in this process and no other request waits for it.
    pub(crate) fn take(&self, key: &str) -> Option<Answering> {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.remove(key).map(|(_, task)| task)
    }

    /// Waits for the task of a turn. False if the caller should hear something first; the task is then kept for the next
    /// request. `waits`: how often the caller has waited for it before.
    ///
    /// # Errors
    /// Those of the task.
    pub(crate) async fn wait(
        &self,
        key: &str,
        mut task: Answering,
        waits: u32,
    ) -> Result<bool, LedgerError<CallError>> {
        let silence = if waits == 0 { FIRST_SILENCE } else { LATER_SILENCE };
        match tokio::time::timeout(silence, &mut task).await {
            Ok(Ok(result)) => result.map(|()| true),
            // It panicked, and recorded nothing.
            Ok(Err(error)) => {
                tracing::error!(%error, "answering a turn failed");
                Ok(true)
            }
            Err(_) => {
                let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                tasks.retain(|_, (since, _)| since.elapsed() < MAX_AGE);
                tasks.insert(key.to_owned(), (Instant::now(), task));
                Ok(false)
            }
        }
    }
}
