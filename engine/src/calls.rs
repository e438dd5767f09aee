//! Calls as the engine reads them, from their own streams.

use domain::call::view::CallView;
use infra::event_store::{Event, StoreError, StreamId};
use infra::ledger::Ledger;

/// What a call is, from its events.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn view_of(ledger: &Ledger, call_id: &str) -> Result<CallView, StoreError> {
    let mut view = CallView::default();
    for recorded in ledger.history(&StreamId::call(call_id)).await? {
        if let Event::Call(event) = &recorded.event {
            view.fold(&recorded.metadata.tenant, event);
        }
    }
    Ok(view)
}
