//! The tables of `contacts`.

use crate::rows::Owner::{Call, Contact};
use crate::rows::Role::OwnedBy;
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[ContactRow::TABLE, NumberCallRow::TABLE];

table! {
    /// A contact. Moments are epoch microseconds.
    ContactRow in "contacts", key 1, OwnedBy(Contact), personal ["name", "sort_name", "phone"]
    {
        /// Its identifier.
        contact_id: String,
        /// Whose data it is.
        tenant: String,
        /// The name; absent once it is erased.
        name: Option<String>,
        /// The name in lower case, which lists are sorted by.
        sort_name: String,
        /// The number, E.164.
        phone: Option<String>,
        /// Whether lists show it: neither removed nor erased.
        listed: bool,
        /// Whether the person is not to be called.
        do_not_call: bool,
        /// Why.
        do_not_call_reason: Option<String>,
        /// When it was added.
        added_at: i64,
        /// Who added it.
        added_by: Option<String>,
        /// Whether it was removed.
        removed: bool,
        /// Its personal values are destroyed.
        erased: bool,
    }
}

table! {
    /// A call by the number of the person outside. Moments are epoch microseconds.
    NumberCallRow in "calls_by_number", key 1, OwnedBy(Call), personal ["number", "facts"]
    {
        /// The call.
        call_id: String,
        /// Whose data it is.
        tenant: String,
        /// The number; absent when nobody knows it, or once the call is erased or hidden.
        number: Option<String>,
        /// When it began.
        started_at: i64,
        /// `inbound`, `outbound`.
        direction: Option<String>,
        /// [`crate::facts::Status`].
        status: String,
        /// Seconds talked.
        duration_s: Option<i64>,
        /// What the row follows from, as JSON: for the fold alone.
        facts: String,
    }
}
