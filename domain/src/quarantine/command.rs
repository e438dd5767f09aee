//! What can be done with a callback that nobody understood.

use crate::call::command::commands;
use crate::{CallId, Personal};
use std::collections::BTreeMap;

commands! {
    /// A command to an quarantine callback.
    QuarantineCommand
    whole {}
    spelled {
        /// Keep the callback whole. Never refused.
        Quarantine {
            /// Which webhook it came to: `call-status`, `recording-status`, ...
            endpoint: String,
            /// All of its parameters.
            params: Personal<BTreeMap<String, Vec<String>>>,
            /// Why it could not be understood. Never a personal value.
            reason: String,
        },
        /// The callback was understood after a fix, and its facts are on a call's stream.
        MarkReingested {
            /// The call.
            call_id: CallId,
            /// Who saw to it.
            by: String,
        },
    }
}
