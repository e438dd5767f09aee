//! Rebuilds of read models in this process, and their results.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// The running rebuilds, and the result of the last rebuild of each model.
#[derive(Default)]
pub struct Rebuilds {
    last: Mutex<HashMap<&'static str, serde_json::Value>>,
    running: Mutex<HashSet<&'static str>>,
}

impl Rebuilds {
    /// The result of a model's last rebuild.
    #[must_use]
    pub fn last(&self, model: &str) -> Option<serde_json::Value> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(model)
            .cloned()
    }

    /// Begins a rebuild. False if one of this model runs already.
    pub fn begin(&self, model: &'static str) -> bool {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(model)
    }

    /// Ends a rebuild with its result.
    pub fn end(&self, model: &'static str, outcome: serde_json::Value) {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(model, outcome);
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(model);
    }
}
