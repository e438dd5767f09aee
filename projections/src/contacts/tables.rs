//! The tables of `contacts`.

use crate::rows::Owner::{Call, Callee, Contact, Quarantine};
use crate::rows::Role::OwnedBy;
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[
    ContactRow::TABLE,
    NumberCallRow::TABLE,
    SuppressionRow::TABLE,
    WebhookPartyRow::TABLE,
];

table! {
    /// A contact. Times are epoch microseconds.
    ContactRow in "contacts", key 1, OwnedBy(Contact), personal ["name", "sort_name", "phone"]
    {
        contact_id: String,
        tenant: String,
        /// Absent once erased.
        name: Option<String>,
        /// The name in lower case, without accents. Lists are sorted by it.
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
        /// Absent if unknown, and once the call is erased.
        number: Option<String>,
        /// Omitted from lists.
        hidden: bool,
        started_at: i64,
        /// `inbound`, `outbound`.
        direction: Option<String>,
        /// [`domain::call::view::Status`].
        status: String,
        /// Talk time in seconds.
        duration_s: Option<i64>,
    }
}

table! {
    /// A number that is or was suppressed. Times are epoch microseconds.
    SuppressionRow in "suppressions", key 1, OwnedBy(Callee), personal ["number"]
    {
        callee_id: String,
        tenant: String,
        /// E.164. Absent once erased; the suppression remains.
        number: Option<String>,
        /// Whether the number is suppressed now.
        suppressed: bool,
        /// When it was suppressed.
        suppressed_at: i64,
        /// [`domain::callee::SuppressionOrigin`].
        origin: String,
        /// The call on which the person asked for it.
        call_id: Option<String>,
        /// The user who decided it.
        suppressed_by: Option<String>,
        /// The contact whose number it is.
        contact_id: Option<String>,
    }
}

table! {
    /// Who a quarantined webhook is about, so that it is erased with the person.
    WebhookPartyRow in "webhook_parties", key 2, OwnedBy(Quarantine), personal ["value"]
    {
        webhook_id: String,
        /// From 1.
        n: i64,
        tenant: String,
        /// A number in E.164, another address of a party, or the identifier of a call.
        value: String,
    }
}
