//! Cost of a model request, recorded as an estimate by price list until the provider's own figure is known.

use domain::Timestamp;
use domain::call::CallCommand;
use infra::models::prices::Cost;

/// The command that records a cost.
#[must_use]
pub fn command(cost: Cost, at: Timestamp) -> CallCommand {
    CallCommand::IncurCost {
        at,
        item: cost.item.to_owned(),
        quantity: cost.quantity,
        unit: cost.unit.to_owned(),
        amount_micros: cost.amount.micros,
        currency: cost.amount.currency.as_str().to_owned(),
        price_list: cost.price_list,
        provisional: true,
    }
}
