//! Commands to a quarantined webhook.

use crate::call::command::commands;
use crate::{CallId, Personal};
use std::collections::BTreeMap;

commands! {
    /// A command to a quarantined webhook.
    QuarantineCommand
    whole {}
    spelled {
        /// Stores the webhook. Never refused.
        Quarantine {
            /// The webhook: `call-status`, `recording-status`, ...
            endpoint: String,
            /// All parameters of the request.
            params: Personal<BTreeMap<String, Vec<String>>>,
            /// Why it could not be parsed. No personal values.
            reason: String,
        },
        /// Records that the webhook was parsed after a fix and its events are on the stream of a call.
        MarkReingested {
            call_id: CallId,
            by: String,
        },
        /// Destroys the parameters of the webhook.
        Erase {
            /// Legal ground. No personal values.
            ground: String,
            by: String,
        },
    }
}
