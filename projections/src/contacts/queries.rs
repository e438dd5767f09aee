//! Queries of `contacts`.

use super::tables::{ContactRow, NumberCallRow};
use crate::call_log::search;
use crate::rows::{Row, table};
use infra::db::{DbError, ReadStores};
use infra::on_db;
use std::sync::LazyLock;

table! {
    /// A contact with the last call of its number.
    ContactWithLastCall in "contacts", key 1, crate::rows::Role::OwnedBy(crate::rows::Owner::Contact),
    personal ["name", "sort_name", "phone"]
    {
        contact_id: String,
        tenant: String,
        name: Option<String>,
        /// The name in lower case. Lists are sorted by it.
        sort_name: String,
        /// E.164.
        phone: Option<String>,
        /// Epoch microseconds.
        added_at: i64,
        /// Absent if there was no call.
        last_call_id: Option<String>,
        /// Start of the last call, in epoch microseconds.
        last_call_at: Option<i64>,
        /// `inbound`, `outbound`.
        last_call_direction: Option<String>,
        /// [`domain::call::view::Status`].
        last_call_status: Option<String>,
    }
}

const COLUMNS: &str = "c.contact_id, c.tenant, c.name, c.sort_name, c.phone, c.added_at,
  n.call_id, n.started_at, n.direction, n.status
  from contacts c left join calls_by_number n on n.call_id = (
    select l.call_id from calls_by_number l where l.tenant = c.tenant and l.number = c.phone
    order by l.started_at desc, l.call_id desc limit 1)";

static LIST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {COLUMNS} where c.tenant = $1 and c.listed = 1 and (c.sort_name, c.contact_id) > ($2, $3)
         order by c.sort_name, c.contact_id limit $4"
    )
});

static FOUND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {COLUMNS} where c.tenant = $1 and c.listed = 1 and (c.sort_name, c.contact_id) > ($2, $3)
           and (c.sort_name like $5 escape '\\' or c.phone like $5 escape '\\')
         order by c.sort_name, c.contact_id limit $4"
    )
});

static ONE: LazyLock<String> =
    LazyLock::new(|| format!("select {COLUMNS} where c.contact_id = $1 and c.tenant = $2 and c.listed = 1"));

static BY_PHONE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from contacts where tenant = $1 and phone = $2 and listed = 1 order by contact_id limit 1",
        ContactRow::TABLE.column_list()
    )
});

static CALLS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from calls_by_number where tenant = $1 and number = $2
         order by started_at desc, call_id desc limit $3",
        NumberCallRow::TABLE.column_list()
    )
});

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    [&LIST, &FOUND, &ONE, &BY_PHONE, &CALLS]
        .into_iter()
        .map(|text| text.as_str())
        .collect()
}

/// The position of the next page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactCursor {
    /// The last contact's.
    pub sort_name: String,
    /// The last contact's.
    pub contact_id: String,
}

/// Queries `contacts`.
#[derive(Clone, Debug)]
pub struct Contacts {
    read_stores: ReadStores,
}

impl Contacts {
    pub(crate) const fn new(read_stores: ReadStores) -> Self {
        Self { read_stores }
    }

    /// Contacts sorted by name, after a cursor. With `q`, only those whose name or number contains it.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list(
        &self,
        tenant: &str,
        q: Option<&str>,
        after: Option<&ContactCursor>,
        limit: i64,
    ) -> Result<Vec<ContactWithLastCall>, DbError> {
        let db = self.read_stores.current("contacts").await?.db;
        let start = ContactCursor::default();
        let after = after.unwrap_or(&start);
        let pattern = q.and_then(search::pattern);
        let sql = if pattern.is_some() { &*FOUND } else { &*LIST };
        Ok(on_db!(&db, c => {
            let mut query = sqlx::query_as(sql)
                .bind(tenant)
                .bind(&after.sort_name)
                .bind(&after.contact_id)
                .bind(limit.clamp(1, 1_000));
            if let Some(pattern) = &pattern {
                query = query.bind(pattern);
            }
            query.fetch_all(c).await
        })?)
    }

    /// A contact. `None` if it does not exist or was removed.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn contact(&self, tenant: &str, contact_id: &str) -> Result<Option<ContactWithLastCall>, DbError> {
        let db = self.read_stores.current("contacts").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&ONE).bind(contact_id).bind(tenant).fetch_optional(c).await)?)
    }

    /// The contact with a number.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn by_phone(&self, tenant: &str, phone: &str) -> Result<Option<ContactRow>, DbError> {
        let db = self.read_stores.current("contacts").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&BY_PHONE).bind(tenant).bind(phone).fetch_optional(c).await)?)
    }

    /// The calls of a number, latest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn calls_of(&self, tenant: &str, number: &str, limit: i64) -> Result<Vec<NumberCallRow>, DbError> {
        let db = self.read_stores.current("contacts").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&CALLS).bind(tenant).bind(number).bind(limit).fetch_all(c).await)?)
    }
}
