//! The suppression list: numbers that a tenant must not call.
//!
//! Whether a number is suppressed is asked of the log, by the digest of the number, not of a read model: a suppression
//! counts from the moment at which it is recorded, and also after the person was erased.

use crate::Engine;
use crate::calls::view_of;
use domain::Personal;
use domain::call::{Call, CallCommand, CallError};
use domain::callee::{Callee, CalleeCommand, CalleeError, SuppressionOrigin};
use domain::phone::identifies_caller;
use infra::event_store::{Actor, Metadata, Position, StoreError};
use infra::ledger::{Executed, LedgerError};

/// Actor name in the metadata of the events that follow from a wish on a call.
const ACTOR: &str = "suppress_number";

/// The reason that users read when a call to a suppressed number is refused.
pub const REFUSAL: &str = "this number is on the do-not-call list";

/// Why a wish not to be called again was not passed on.
#[derive(Debug, thiserror::Error)]
pub enum OptOutError {
    #[error(transparent)]
    Call(#[from] LedgerError<CallError>),
    #[error(transparent)]
    Callee(#[from] LedgerError<CalleeError>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether the tenant must not call the number.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn is_suppressed(engine: &Engine, tenant: &str, number: &str) -> Result<bool, StoreError> {
    let id = engine.ledger.callee_id(tenant, number);
    let callee = engine.ledger.state::<Callee>(&id).await?;
    Ok(callee.is_some_and(|(callee, _)| callee.is_suppressed()))
}

/// A user puts a number, in E.164, on the suppression list. Returns the id of the callee.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn suppress(
    engine: &Engine,
    number: &str,
    by: String,
    metadata: Metadata,
) -> Result<(String, Executed<Callee>), LedgerError<CalleeError>> {
    let id = engine.ledger.callee_id(metadata.tenant.as_str(), number);
    let command = CalleeCommand::Suppress {
        at: engine.clock.now(),
        number: number.into(),
        origin: SuppressionOrigin::Manual,
        call: None,
        by: Some(by),
    };
    let executed = engine.ledger.execute::<Callee>(&id, command, metadata).await?;
    Ok((id, executed))
}

/// Passes the wish not to be called again from a call to the suppression list, if it was not done before. Returns the
/// position of the call's last event, or `None` if nothing was recorded.
///
/// # Errors
/// When the ledger is unavailable; the job tries it again.
pub async fn honor_opt_out(engine: &Engine, call_id: &str) -> Result<Option<Position>, OptOutError> {
    let Some((call, _)) = engine.ledger.state::<Call>(call_id).await? else {
        return Ok(None);
    };
    if !call.do_not_call || call.opt_out_honored {
        return Ok(None);
    }
    let view = view_of(&engine.ledger, call_id).await?;
    let tenant = view.tenant.clone();
    let at = engine.clock.now();
    let metadata = || {
        let key = format!("process:{ACTOR}:{call_id}");
        Metadata::new(tenant.clone(), Actor::Process(ACTOR.to_owned()), &key)
    };
    let number = view.outside_number().filter(|number| identifies_caller(number));
    if let Some(number) = number {
        let id = engine.ledger.callee_id(tenant.as_str(), number);
        let command = CalleeCommand::Suppress {
            at,
            number: Personal::Known(number.to_owned()),
            origin: SuppressionOrigin::OptOut,
            call: Some(call_id.into()),
            by: None,
        };
        engine.ledger.execute::<Callee>(&id, command, metadata()).await?;
    }
    let command = CallCommand::HonorOptOut {
        at,
        suppressed: number.is_some(),
    };
    let executed = engine.ledger.execute::<Call>(call_id, command, metadata()).await?;
    Ok(Some(executed.position))
}
