//! From older shapes of a call's events to today's.
//!
//! Every event is still in its first shape, so there is nothing to do yet. When one changes, its type gets a new version
//! in [`super::CallEvent`], and a [`cqrs_es::persist::SemanticVersionEventUpcaster`] here takes the JSON of the older one
//! and returns today's. A field that is merely added as an `Option` needs neither.

use cqrs_es::persist::EventUpcaster;

/// In the order in which they are applied: older shapes first.
pub(super) fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
    Vec::new()
}
