//! Whether what a consumer wrote belongs to the log: a log that was restored from a backup may end before the consumer's
//! position, or go on differently from there. What was written must then be thrown away and built again.

use crate::event_store::{Position, StoreError};
use crate::ledger::Ledger;
use crate::subscription::checkpoint::Checkpoint;

/// Why what a consumer wrote does not belong to the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    #[error("its rows were made from the ledger {found}, but the log is the ledger {log}")]
    OtherLog { found: String, log: String },
    #[error("its position {position} is beyond the end of the log ({head}): the log was restored from an older backup")]
    BeyondEnd { position: Position, head: Position },
    #[error("the event at position {0} is not the one that it applied: the log was restored from another backup")]
    OtherEvent(Position),
}

/// Compares a checkpoint with the log. `None`: it belongs to the log.
///
/// # Errors
/// When the log cannot be read.
pub async fn find_foreign(ledger: &Ledger, found: &Checkpoint) -> Result<Option<Foreign>, StoreError> {
    let (Some(log), true) = (ledger.identity(), found.position > 0) else {
        return Ok(None);
    };
    if let Some(of) = &found.ledger
        && *of != log.id
    {
        return Ok(Some(Foreign::OtherLog {
            found: of.clone(),
            log: log.id.clone(),
        }));
    }
    let head = ledger.head().await?;
    if found.position > head {
        return Ok(Some(Foreign::BeyondEnd {
            position: found.position,
            head,
        }));
    }
    match found.mark() {
        Some(mark) if !ledger.has(&mark).await? => Ok(Some(Foreign::OtherEvent(mark.position))),
        _ => Ok(None),
    }
}
