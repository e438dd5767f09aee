//! Comparison of the ledger with the provider's own record.

pub mod open;
