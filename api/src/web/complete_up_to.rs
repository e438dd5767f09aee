//! The position of a read model, for readers that also follow the live feed.

use super::write_response::POSITION;
use crate::error::ApiError;
use axum::http::{HeaderName, HeaderValue};
use projections::ReadModels;

/// The header `X-Ledger-Position` of a response from a read model: the position up to which the response is certainly
/// complete, if this is called before the rows are read.
///
/// # Errors
/// When the database cannot be used.
pub async fn complete_up_to(
    models: &ReadModels,
    model: &'static str,
) -> Result<[(HeaderName, HeaderValue); 1], ApiError> {
    Ok([(POSITION, models.position(model).await?.into())])
}
