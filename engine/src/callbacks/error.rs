//! [`CallbackError`].

use crate::number_routing::NumberOwnerUnknown;
use domain::call::CallError;
use domain::quarantine::QuarantineError;
use infra::accounts::DatabaseError;
use infra::event_store::StoreError;
use infra::ledger::LedgerError;

/// Why a callback was not handled. Twilio then sends it again.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    #[error(transparent)]
    NumberOwnerUnknown(#[from] NumberOwnerUnknown),
    #[error("the accounts are unavailable")]
    Accounts(#[from] DatabaseError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Call(#[from] LedgerError<CallError>),
    #[error(transparent)]
    Quarantine(#[from] LedgerError<QuarantineError>),
    #[error("the parameters cannot be serialized")]
    Parameters(#[source] serde_json::Error),
}
