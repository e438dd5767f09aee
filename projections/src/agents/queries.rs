//! Queries of `agents`.

use super::tables::{AgentNumberRow, AgentRow, PersonaRow};
use crate::rows::Row;
use infra::db::{DbError, ReadStores};
use infra::on_db;
use std::sync::LazyLock;

static LIST: LazyLock<String> = LazyLock::new(|| {
    let columns = AgentRow::TABLE.column_list();
    format!("select {columns} from agents where tenant = $1 and archived = 0 order by created_at, agent_id")
});

static ONE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from agents where agent_id = $1 and tenant = $2",
        AgentRow::TABLE.column_list()
    )
});

static NUMBERS: LazyLock<String> = LazyLock::new(|| {
    let columns = AgentNumberRow::TABLE.column_list();
    format!(
        "select {columns} from agent_numbers where tenant = $1
           and not exists (select 1 from number_owners o
             where o.number = agent_numbers.number and o.tenant <> agent_numbers.tenant)
         order by number, assigned_at desc, agent_id desc"
    )
});

const OWNER: &str = "select tenant from number_owners where number = $1";

const OWNERS: &str = "select number, tenant from number_owners order by number";

const ALL_NUMBERS: &str = "select distinct number from agent_numbers order by number";

/// The agent of the number's tenant to which it was assigned last. Not limited to a tenant: the tenant of a called number is not known
/// yet.
static BY_NUMBER: LazyLock<String> = LazyLock::new(|| {
    let columns: Vec<_> = AgentRow::TABLE
        .columns
        .iter()
        .map(|column| format!("a.{}", column.name))
        .collect();
    format!(
        "select {} from agent_numbers n join agents a on a.agent_id = n.agent_id
         where n.number = $1 and a.archived = 0
           and not exists (select 1 from number_owners o where o.number = n.number and o.tenant <> n.tenant)
         order by n.assigned_at desc, n.agent_id desc limit 1",
        columns.join(", ")
    )
});

static PERSONAS: LazyLock<String> = LazyLock::new(|| {
    let columns = PersonaRow::TABLE.column_list();
    format!("select {columns} from personas where agent_id = $1 and tenant = $2 order by version desc")
});

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    [&LIST, &ONE, &NUMBERS, &BY_NUMBER, &PERSONAS]
        .into_iter()
        .map(|text| text.as_str())
        .chain([ALL_NUMBERS, OWNER, OWNERS])
        .collect()
}

/// Queries `agents`.
#[derive(Clone, Debug)]
pub struct Agents {
    read_stores: ReadStores,
}

impl Agents {
    pub(crate) const fn new(read_stores: ReadStores) -> Self {
        Self { read_stores }
    }

    /// The agents that are not archived, oldest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list(&self, tenant: &str) -> Result<Vec<AgentRow>, DbError> {
        let db = self.read_stores.current("agents").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&LIST).bind(tenant).fetch_all(c).await)?)
    }

    /// An agent, archived or not.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn agent(&self, tenant: &str, agent_id: &str) -> Result<Option<AgentRow>, DbError> {
        let db = self.read_stores.current("agents").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&ONE).bind(agent_id).bind(tenant).fetch_optional(c).await)?)
    }

    /// The agent that answers a number, of any tenant.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn by_number(&self, number: &str) -> Result<Option<AgentRow>, DbError> {
        let db = self.read_stores.current("agents").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&BY_NUMBER).bind(number).fetch_optional(c).await)?)
    }

    /// The assignments of numbers to agents.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn numbers(&self, tenant: &str) -> Result<Vec<AgentNumberRow>, DbError> {
        let db = self.read_stores.current("agents").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&NUMBERS).bind(tenant).fetch_all(c).await)?)
    }

    /// The tenant that a number belongs to.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn owner(&self, number: &str) -> Result<Option<String>, DbError> {
        let db = self.read_stores.current("agents").await?.db;
        Ok(on_db!(&db, c => sqlx::query_scalar(OWNER).bind(number).fetch_optional(c).await)?)
    }

    /// The numbers that belong to a tenant, and the tenant.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn owners(&self) -> Result<Vec<(String, String)>, DbError> {
        let db = self.read_stores.current("agents").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(OWNERS).fetch_all(c).await)?)
    }

    /// Every assigned number, of every tenant.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn all_numbers(&self) -> Result<Vec<String>, DbError> {
        let db = self.read_stores.current("agents").await?.db;
        let rows: Vec<(String,)> = on_db!(&db, c => sqlx::query_as(ALL_NUMBERS).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(number,)| number).collect())
    }

    /// The personas of an agent, latest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn personas(&self, tenant: &str, agent_id: &str) -> Result<Vec<PersonaRow>, DbError> {
        let db = self.read_stores.current("agents").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&PERSONAS).bind(agent_id).bind(tenant).fetch_all(c).await)?)
    }
}
