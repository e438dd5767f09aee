//! Telephone numbers in the body of a request.

use crate::error::ApiError;

/// The number in E.164. `pointer` names the field of the body.
///
/// # Errors
/// 422 when the text is not a telephone number with its country code.
pub fn phone_number(pointer: &str, text: &str) -> Result<String, ApiError> {
    let number = domain::phone::parse(text, None);
    number
        .map(domain::phone::E164::into_string)
        .map_err(|error| ApiError::field(pointer, error.to_string()))
}
