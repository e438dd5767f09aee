//! The tables of `contacts`.

use crate::rows::Owner::{Call, Contact};
use crate::rows::Role::OwnedBy;
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[ContactRow::TABLE, NumberCallRow::TABLE];

table! {
    /// A contact. Times are epoch microseconds.
    ContactRow in "contacts", key 1, OwnedBy(Contact), personal ["name", "sort_name", "phone"]
    {
        contact_id: String,
        tenant: String,
        /// Absent once erased.
        name: Option<String>,
        /// The name in lower case. Lists are sorted by it.
        sort_name: String,
        /// E.164. Absent once erased.
        phone: Option<String>,
        /// Neither removed nor erased.
        listed: bool,
        added_at: i64,
        /// The user.
        added_by: Option<String>,
        removed: bool,
        /// Its personal values are erased.
        erased: bool,
    }
}

table! {
    /// A call by the number of the external party. Times are epoch microseconds.
    NumberCallRow in "calls_by_number", key 1, OwnedBy(Call), personal ["number"]
    {
        call_id: String,
        tenant: String,
        /// Absent if unknown, and once the call is erased or hidden.
        number: Option<String>,
        started_at: i64,
        /// `inbound`, `outbound`.
        direction: Option<String>,
        /// [`domain::call::view::Status`].
        status: String,
        /// Talk time in seconds.
        duration_s: Option<i64>,
    }
}
