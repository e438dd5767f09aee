//! Upcasters of call events: from the JSON of older versions to the current one.
//!
//! Every event type is at its first version, so there are none. When the shape of a type changes, the type gets a new
//! version in [`super::CallEvent`], and a [`cqrs_es::persist::SemanticVersionEventUpcaster`] here converts the JSON of the
//! older version. Adding an `Option` field needs neither (`docs/events.md`).

use cqrs_es::persist::EventUpcaster;

/// In the order in which they are applied: older versions first.
pub(super) fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
    Vec::new()
}
