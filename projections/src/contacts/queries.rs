//! Queries of `contacts`.

use super::tables::{ContactRow, NumberCallRow, SuppressionRow};
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
        /// The name in lower case, without accents. Lists are sorted by it.
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
        /// The suppression of the number. Absent if the number may be called.
        callee_id: Option<String>,
        /// Epoch microseconds.
        suppressed_at: Option<i64>,
        /// [`domain::callee::SuppressionOrigin`].
        suppression_origin: Option<String>,
        /// The call on which the person asked for it.
        suppression_call_id: Option<String>,
    }
}

const COLUMNS: &str = "c.contact_id, c.tenant, c.name, c.sort_name, c.phone, c.added_at,
  n.call_id, n.started_at, n.direction, n.status, s.callee_id, s.suppressed_at, s.origin, s.call_id
  from contacts c left join calls_by_number n on n.call_id = (
    select l.call_id from calls_by_number l where l.tenant = c.tenant and l.number = c.phone and l.hidden = 0
    order by l.started_at desc, l.call_id desc limit 1)
  left join suppressions s on s.callee_id = coalesce(
    (select x.callee_id from suppressions x where x.tenant = c.tenant and x.number = c.phone and x.suppressed = 1
     order by x.callee_id limit 1),
    (select x.callee_id from suppressions x where x.contact_id = c.contact_id and x.suppressed = 1
     order by x.callee_id limit 1))";

static LIST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {COLUMNS} where c.tenant = $1 and c.listed = 1 and (c.sort_name, c.contact_id) > ($2, $3)
         order by c.sort_name, c.contact_id limit $4"
    )
});

static FOUND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {COLUMNS} where c.tenant = $1 and c.listed = 1 and (c.sort_name, c.contact_id) > ($2, $3)
           and (c.sort_name like $5 escape '\\' or c.phone like $6 escape '\\')
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
        "select {} from calls_by_number where tenant = $1 and number = $2 and hidden = 0
         order by started_at desc, call_id desc limit $3",
        NumberCallRow::TABLE.column_list()
    )
});

const ALL_CALLS: &str = "select call_id from calls_by_number where tenant = $1 and number = $2 order by call_id";

const WEBHOOKS: &str = "select distinct webhook_id from webhook_parties where tenant = $1 and value = $2";

static SUPPRESSIONS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from suppressions where tenant = $1 and suppressed = 1 and (suppressed_at, callee_id) < ($2, $3)
         order by suppressed_at desc, callee_id desc limit $4",
        SuppressionRow::TABLE.column_list()
    )
});

static SUPPRESSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from suppressions where callee_id = $1 and tenant = $2 and suppressed = 1",
        SuppressionRow::TABLE.column_list()
    )
});

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    [&LIST, &FOUND, &ONE, &BY_PHONE, &CALLS, &SUPPRESSIONS, &SUPPRESSION]
        .into_iter()
        .map(|text| text.as_str())
        .chain([ALL_CALLS, WEBHOOKS])
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
        let patterns = q.and_then(search::patterns);
        let sql = if patterns.is_some() { &*FOUND } else { &*LIST };
        Ok(on_db!(&db, c => {
            let mut query = sqlx::query_as(sql)
                .bind(tenant)
                .bind(&after.sort_name)
                .bind(&after.contact_id)
                .bind(limit.clamp(1, 1_000));
            if let Some(patterns) = &patterns {
                query = query.bind(&patterns.text).bind(&patterns.number);
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

    /// Every call of a number, also hidden ones.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn all_calls_of(&self, tenant: &str, number: &str) -> Result<Vec<String>, DbError> {
        let db = self.read_stores.current("contacts").await?.db;
        Ok(on_db!(&db, c => sqlx::query_scalar(ALL_CALLS).bind(tenant).bind(number).fetch_all(c).await)?)
    }

    /// The quarantined webhooks that name a number, another address of a party, or a call.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn webhooks_of(&self, tenant: &str, value: &str) -> Result<Vec<String>, DbError> {
        let db = self.read_stores.current("contacts").await?.db;
        Ok(on_db!(&db, c => sqlx::query_scalar(WEBHOOKS).bind(tenant).bind(value).fetch_all(c).await)?)
    }

    /// The suppressed numbers, latest first, before a position: time and id of the last one of the previous page.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn suppressions(
        &self,
        tenant: &str,
        before: Option<(i64, &str)>,
        limit: i64,
    ) -> Result<Vec<SuppressionRow>, DbError> {
        let db = self.read_stores.current("contacts").await?.db;
        let (at, id) = before.unwrap_or((i64::MAX, ""));
        Ok(on_db!(&db, c => sqlx::query_as(&SUPPRESSIONS)
            .bind(tenant).bind(at).bind(id).bind(limit).fetch_all(c).await)?)
    }

    /// The suppression of a callee. `None` if its number may be called.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn suppression(&self, tenant: &str, callee_id: &str) -> Result<Option<SuppressionRow>, DbError> {
        let db = self.read_stores.current("contacts").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&SUPPRESSION).bind(callee_id).bind(tenant).fetch_optional(c).await)?)
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
