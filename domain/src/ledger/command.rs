//! Commands to the ledger stream.

use super::event::LedgerClock;
use crate::call::command::commands;

commands! {
    /// A command to the ledger stream.
    LedgerCommand
    whole {}
    spelled {
        /// Records the identity of a new log. Has no effect if the log already has this identity.
        Create {
            /// 32 lower-case hexadecimal digits: 16 random bytes.
            identity: String,
            clock: LedgerClock,
        },
    }
}
