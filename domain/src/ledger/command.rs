//! Commands to ledger streams.

use super::event::LedgerClock;
use crate::call::command::commands;

commands! {
    /// A command to a ledger stream.
    LedgerCommand
    whole {}
    spelled {
        /// Records the identity of a new log. Has no effect if the log already has this identity.
        Create {
            /// 32 lower-case hexadecimal digits: 16 random bytes.
            identity: String,
            clock: LedgerClock,
        },
        /// Records that the data key of a stream was destroyed. Has no effect if that is recorded.
        RecordKeyDestroyed {
            aggregate_type: String,
            aggregate_id: String,
        },
    }
}
