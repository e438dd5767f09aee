//! Which tenant a telephone number belongs to. The claim is in the log, so that two tenants cannot get one number, however
//! close their requests are; only the installation moves a number (`call-ledger numbers move`).

use crate::Engine;
use crate::number_routing::DEFAULT_TENANT;
use domain::phone_number::{PhoneNumber, PhoneNumberCommand, PhoneNumberError};
use domain::{Tenant, Timestamp};
use infra::db::DbError;
use infra::event_store::{Actor, Metadata, Position};
use infra::ledger::{INSTALLATION, Ledger, LedgerError};
use projections::agents::queries::Agents;

/// Why a number does not become the tenant's.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error(
        "this number belongs to another tenant: only the installation's operator can move it, with `call-ledger numbers move`"
    )]
    OfAnotherTenant,
    #[error(transparent)]
    Numbers(#[from] DbError),
    #[error(transparent)]
    Ledger(LedgerError<PhoneNumberError>),
}

impl From<LedgerError<PhoneNumberError>> for ClaimError {
    fn from(error: LedgerError<PhoneNumberError>) -> Self {
        match error {
            LedgerError::Rejected(PhoneNumberError::OfAnotherTenant) => Self::OfAnotherTenant,
            error => Self::Ledger(error),
        }
    }
}

/// The number belongs to the tenant from now on, unless it belongs to another.
///
/// # Errors
/// [`ClaimError::OfAnotherTenant`], or when a database is unavailable.
pub async fn claim(engine: &Engine, tenant: &str, number: &str, actor: &Metadata) -> Result<Position, ClaimError> {
    let at = engine.clock.now();
    let answered = answering_tenant(&engine.read.agents, number).await?;
    if let Some(answered) = answered.filter(|answered| answered != tenant) {
        // An assignment of before numbers were claimed counts as a claim.
        claim_in(&engine.ledger, &answered, number, at, of(actor)).await?;
        return Err(ClaimError::OfAnotherTenant);
    }
    Ok(claim_in(&engine.ledger, tenant, number, at, of(actor)).await?)
}

/// The tenant whose agent answers the number.
async fn answering_tenant(agents: &Agents, number: &str) -> Result<Option<String>, DbError> {
    Ok(agents.by_number(number).await?.map(|agent| agent.tenant))
}

/// The metadata of an event on a number's stream, which belongs to the installation.
fn of(actor: &Metadata) -> Metadata {
    Metadata {
        endpoint: actor.endpoint.clone(),
        ..Metadata::new(INSTALLATION, actor.actor.clone(), actor.correlation_id.clone())
    }
}

async fn claim_in(
    ledger: &Ledger,
    tenant: &str,
    number: &str,
    at: Timestamp,
    metadata: Metadata,
) -> Result<Position, LedgerError<PhoneNumberError>> {
    let command = PhoneNumberCommand::Claim {
        at,
        tenant: tenant.into(),
    };
    Ok(ledger.execute::<PhoneNumber>(number, command, metadata).await?.position)
}

/// Claims the configured numbers for the default tenant, unless they belong to another.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn claim_configured(engine: &Engine) -> Result<(), ClaimError> {
    let twilio = &engine.config.twilio;
    for number in [&twilio.inbound_phone_number, &twilio.phone_number]
        .into_iter()
        .flatten()
    {
        let metadata = Metadata::new(INSTALLATION, Actor::Process("numbers".to_owned()), "configuration");
        match claim(engine, DEFAULT_TENANT, number, &metadata).await {
            Ok(_) | Err(ClaimError::OfAnotherTenant) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Moves a number to another tenant, or with `None` to none, as the installation's operator. An assignment to an agent of
/// the earlier tenant has no effect any more.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn transfer_ownership(
    ledger: &Ledger,
    number: &str,
    tenant: Option<Tenant>,
    at: Timestamp,
    actor: Actor,
) -> Result<Position, LedgerError<PhoneNumberError>> {
    let mut commands = vec![PhoneNumberCommand::Release { at }];
    commands.extend(tenant.map(|tenant| PhoneNumberCommand::Claim { at, tenant }));
    let metadata = Metadata::new(INSTALLATION, actor, infra::clock::new_id("correlation"));
    let executed = ledger.execute_all::<PhoneNumber>(number, &commands, metadata).await?;
    Ok(executed.position)
}
