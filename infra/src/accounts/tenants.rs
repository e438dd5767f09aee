//! Tenants.

use super::Accounts;
use crate::ledger::INSTALLATION;
use crate::on_db;
use domain::Timestamp;

/// Maximum length of a tenant's name.
const MAX_NAME_BYTES: usize = 64;

/// A tenant, with the number of its users.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TenantAccount {
    pub tenant: String,
    /// Epoch microseconds; 0 for `default`, which every installation has.
    pub created_at: i64,
    pub users: i64,
    /// Admins who may sign in.
    pub admins: i64,
}

/// Why a tenant was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddTenantError {
    #[error("a tenant's name has 1 to 64 of the characters a-z, 0-9, - and _, and is not `installation`")]
    Name,
    #[error("the tenant exists already")]
    Exists,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

const INSERT: &str = "insert into tenants (tenant, created_at) values ($1, $2) on conflict do nothing";
const LIST: &str = "select t.tenant, t.created_at, count(u.user_id) as users, count(case when u.role = 'admin' and u.active = $1 then 1 end) as admins from tenants t left join users u on u.tenant = t.tenant group by t.tenant, t.created_at order by t.tenant";
const EXISTS: &str = "select count(*) from tenants where tenant = $1";

pub(super) const STATEMENTS: &[&str] = &[INSERT, LIST, EXISTS];

impl Accounts {
    /// Adds a tenant. Its users, agents and numbers are separate from those of all others.
    ///
    /// # Errors
    /// When the name is not allowed or taken, or the database cannot be used.
    pub async fn add_tenant(&self, tenant: &str, at: Timestamp) -> Result<(), AddTenantError> {
        let is_valid = (1..=MAX_NAME_BYTES).contains(&tenant.len())
            && tenant
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
            && tenant != INSTALLATION;
        if !is_valid {
            return Err(AddTenantError::Name);
        }
        let added = on_db!(&self.db, c => sqlx::query(INSERT)
            .bind(tenant).bind(at.as_micros()).execute(c).await.map(|done| done.rows_affected()))?;
        if added == 0 {
            return Err(AddTenantError::Exists);
        }
        Ok(())
    }

    /// Every tenant, by name.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn tenants(&self) -> Result<Vec<TenantAccount>, sqlx::Error> {
        on_db!(&self.db, c => sqlx::query_as(LIST).bind(true).fetch_all(c).await)
    }

    pub(super) async fn has_tenant(&self, tenant: &str) -> Result<bool, sqlx::Error> {
        let count: i64 = on_db!(&self.db, c => sqlx::query_scalar(EXISTS).bind(tenant).fetch_one(c).await)?;
        Ok(count > 0)
    }
}
