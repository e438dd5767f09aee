//! What was asked, for whoever tests the asker: `GET /sandbox/models/requests`, the oldest first.
//!
//! The bodies are kept as they came, without headers: keys are in headers. Only the last thousand are kept.

use super::Models;
use super::surface::Surface;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

const KEPT: usize = 1_000;

/// One request, as it was understood. A transcription's sound is left out but for its length in bytes (`file_bytes`).
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// Where it was sent to.
    pub surface: Surface,
    /// Its body.
    pub body: Value,
}

#[derive(Debug, Default)]
pub(super) struct Journal(Mutex<VecDeque<Request>>);

impl Journal {
    pub(super) fn note(&self, surface: Surface, body: Value) {
        let mut requests = self.lock();
        if requests.len() == KEPT {
            requests.pop_front();
        }
        requests.push_back(Request { surface, body });
    }

    pub(super) fn read(&self) -> Vec<Request> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Request>> {
        self.0.lock().expect("nothing panics while it holds the journal")
    }
}

pub(super) async fn list(State(models): State<Models>) -> Json<Vec<Request>> {
    Json(models.requests())
}

pub(super) async fn clear(State(models): State<Models>) -> StatusCode {
    models.inner().journal.lock().clear();
    StatusCode::NO_CONTENT
}
