//! Puts the numbers of people who asked not to be called again on the suppression list. The conversation does so at once;
//! this job covers the cases where that process was killed in between or the ledger was unavailable.

use super::job::{Job, JobOutcome};
use crate::SharedEngine;
use crate::suppression::honor_opt_out;
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// Passes one wish on.
pub struct Suppressor;

impl Job for Suppressor {
    const KIND: Kind = Kind::SuppressNumber;
    const MAX_CONCURRENCY: usize = 4;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let honored = honor_opt_out(&engine, &item.stream).await?;
        Ok(honored.map_or(JobOutcome::Retry, JobOutcome::Recorded))
    }
}
