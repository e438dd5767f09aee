//! Personas: what an agent learned. Rules that a person wrote from the corrections of its calls, proposed as a version;
//! an admin approves or rejects it, and can go back to any version that was ever approved, or to the prompt alone.
//!
//! Everything is read from the agent's own stream, as its settings are: what is told is what was decided, with nothing in
//! between, and who took the agent back to an earlier version is there too. The corrections behind a version are read from
//! the log at the positions that the version names; a correction of a call that was erased has no words any more.
//!
//! Rules are not personal values: they lie in the log in the clear and are told to the model in every call. What of a
//! person can be found in them is refused by the domain (`domain::agent::rules`); names are for whoever approves to see.
//! No door here changes a prompt by itself: a draft (`draft`) is words for a person to edit, and becomes a rule only by
//! being proposed and approved.

pub mod approve;
pub mod draft;
mod history;
pub mod list;
pub mod propose;
pub mod reject;
pub mod roll_back;
mod sources;
pub mod view;

use super::{order, theirs};
use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::state::AppState;
use crate::web::CommandKey;
use domain::agent::AgentCommand;
use history::PersonaLog;
use infra::event_store::Position;
use view::Personas;

/// The versions that are told at once, with the corrections behind them.
const AT_ONCE: usize = 20;

/// The personas of an agent of the user's tenant: the latest versions, or those before one.
async fn personas(
    state: &AppState,
    signed_in: &SignedIn,
    agent_id: &str,
    before: Option<u32>,
) -> Result<Personas, ApiError> {
    let log = PersonaLog::of(&theirs(state, signed_in, agent_id).await?);
    let page: Vec<u32> = log.before(before).take(AT_ONCE).collect();
    let positions = page.iter().flat_map(|version| log.sources(*version)).copied();
    let sources = sources::told(state, signed_in, positions.collect()).await?;
    Ok(Personas::of(agent_id.to_owned(), &log, &page, &sources))
}

/// What a user orders about an agent's personas, and the personas after.
async fn change(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    agent_id: &str,
    command: AgentCommand,
) -> Result<(Position, Personas), ApiError> {
    let position = order(state, signed_in, key, endpoint, agent_id, command).await?;
    Ok((position, personas(state, signed_in, agent_id, None).await?))
}
