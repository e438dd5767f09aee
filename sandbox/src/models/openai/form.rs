//! Multipart form of a transcription request.

use crate::models::error::Refusal;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Fields of the form. A list is sent as `name[]` or as a repeated name.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub file: Option<Bytes>,
    fields: Vec<(String, String)>,
}

impl Form {
    pub(super) async fn read(mut multipart: Multipart) -> Result<Self, Refusal> {
        let refused = |error: MultipartError| {
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                return Refusal::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "Maximum content size limit (26214400) exceeded",
                );
            }
            Refusal::bad(format!("The form cannot be read: {}", error.body_text()))
        };
        let mut form = Self::default();
        while let Some(field) = multipart.next_field().await.map_err(refused)? {
            let name = field.name().unwrap_or_default().trim_end_matches("[]").to_owned();
            if name == "file" {
                form.file = Some(field.bytes().await.map_err(refused)?);
            } else {
                form.fields.push((name, field.text().await.map_err(refused)?));
            }
        }
        Ok(form)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The form as JSON, for the journal.
    pub(super) fn to_json(&self) -> Value {
        let mut fields = Map::new();
        for (name, value) in &self.fields {
            let values = fields.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(values) = values {
                values.push(json!(value));
            }
        }
        // A single value is not a list.
        for value in fields.values_mut() {
            if let Value::Array(values) = value
                && values.len() == 1
            {
                *value = values.remove(0);
            }
        }
        fields.insert("file_bytes".to_owned(), json!(self.file.as_ref().map_or(0, Bytes::len)));
        Value::Object(fields)
    }
}
