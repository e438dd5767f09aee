//! The form of a transcription request.

use crate::models::error::Refusal;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// What the form holds. Lists come as `name[]` or as one name many times.
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

    /// For the journal.
    pub(super) fn told(&self) -> Value {
        let mut told = Map::new();
        for (name, value) in &self.fields {
            let values = told.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(values) = values {
                values.push(json!(value));
            }
        }
        // What comes once is no list.
        for value in told.values_mut() {
            if let Value::Array(values) = value
                && values.len() == 1
            {
                *value = values.remove(0);
            }
        }
        told.insert("file_bytes".to_owned(), json!(self.file.as_ref().map_or(0, Bytes::len)));
        Value::Object(told)
    }
}
