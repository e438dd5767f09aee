//! Journal of the requests that the models received, for tests: `GET /sandbox/models/requests`, oldest first.
//!
//! Bodies are kept unchanged. Headers are not kept, because they hold API keys.

use super::Models;
use super::surface::Surface;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

/// Requests kept; older ones are dropped.
const CAPACITY: usize = 1_000;

/// A received request. The audio of a transcription is replaced by its length in bytes (`file_bytes`).
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    pub surface: Surface,
    pub body: Value,
}

#[derive(Debug, Default)]
pub(super) struct Journal(Mutex<VecDeque<Request>>);

impl Journal {
    pub(super) fn record(&self, surface: Surface, body: Value) {
        let mut requests = self.lock();
        if requests.len() == CAPACITY {
            requests.pop_front();
        }
        requests.push_back(Request { surface, body });
    }

    pub(super) fn read(&self) -> Vec<Request> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Request>> {
        self.0.lock().expect("journal lock is not poisoned")
    }
}

pub(super) async fn list(State(models): State<Models>) -> Json<Vec<Request>> {
    Json(models.requests())
}

pub(super) async fn clear(State(models): State<Models>) -> StatusCode {
    models.inner().journal.lock().clear();
    StatusCode::NO_CONTENT
}
