//! The do-not-call list: numbers that the tenant must not call.

pub mod add;
pub mod check;
pub mod lift;
pub mod list;

use crate::web::Rfc3339;
use projections::contacts::tables::SuppressionRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The read models that show a change of the list.
const READ_MODELS: &[&str] = &["contacts"];

/// An entry of the do-not-call list.
#[derive(Serialize, ToSchema)]
pub struct SuppressionView {
    suppression_id: String,
    /// E.164; null once the person was erased. The number is refused all the same.
    number: Option<String>,
    since: Rfc3339,
    /// `opt_out` (the person asked for it on a call), `manual` (a user decided it).
    origin: String,
    /// The call on which the person asked for it.
    call_id: Option<String>,
    /// The user who decided it.
    by: Option<String>,
}

impl From<SuppressionRow> for SuppressionView {
    fn from(row: SuppressionRow) -> Self {
        Self {
            suppression_id: row.callee_id,
            number: row.number,
            since: row.suppressed_at.into(),
            origin: row.origin,
            call_id: row.call_id,
            by: row.suppressed_by,
        }
    }
}

/// A telephone number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberBody {
    /// Telephone number with country code; spaces and dashes are ignored.
    #[schema(example = "+1 504 555 0123")]
    number: String,
}
