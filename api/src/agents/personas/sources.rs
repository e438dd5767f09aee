//! The corrections behind a persona: named by call and number when one is proposed, kept as positions in the log, and told
//! as they are now.

use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::state::AppState;
use crate::web::Moment;
use domain::agent::rules::MAX_SOURCES;
use domain::call::CallEvent;
use infra::event_store::{Event, Position, Recorded, StreamId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use utoipa::ToSchema;

/// A correction, as a request names it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedCorrection {
    /// The call.
    call_id: String,
    /// Its number within the call, from 1.
    correction: u32,
}

/// A correction that is in force.
pub struct InForce {
    pub position: Position,
    pub note: String,
}

/// A correction behind a persona, as it is now. Only its position is told to those who may not see calls.
#[derive(Clone, Default, Serialize, ToSchema)]
pub struct PersonaSource {
    /// Its event's position in the log.
    position: i64,
    /// The call.
    call_id: Option<String>,
    /// Its number within the call, from 1.
    correction: Option<u32>,
    /// The turn it is about; the whole call, if absent.
    turn: Option<u32>,
    /// What the reviewer wrote; absent once the call was erased or hidden.
    note: Option<String>,
    /// Who.
    noted_by: Option<String>,
    /// When.
    noted_at: Option<Moment>,
    /// `in_force`, `withdrawn`, or `gone` with its call.
    state: Option<&'static str>,
}

/// The corrections that a request names, which must be the tenant's and in force: nobody is to learn from what was taken
/// back. Read from the calls' own streams: a correction may be a moment old.
pub async fn named(
    state: &AppState,
    signed_in: &SignedIn,
    wanted: &[NamedCorrection],
) -> Result<Vec<InForce>, ApiError> {
    if wanted.len() > MAX_SOURCES {
        return Err(ApiError::field("/sources", format!("are more than {MAX_SOURCES}")));
    }
    let mut histories: HashMap<&str, Vec<Recorded>> = HashMap::new();
    let mut found = Vec::with_capacity(wanted.len());
    for (place, NamedCorrection { call_id, correction }) in wanted.iter().enumerate() {
        if !histories.contains_key(call_id.as_str()) {
            let mut history = state.ledger.history(&StreamId::call(call_id)).await?;
            if history.first().is_some_and(|first| !is_theirs(first, signed_in)) {
                history.clear();
            }
            histories.insert(call_id, history);
        }
        let one = in_force(&histories[call_id.as_str()], *correction);
        found.push(
            one.ok_or_else(|| ApiError::field(format!("/sources/{place}"), "is no correction that is in force"))?,
        );
    }
    Ok(found)
}

fn is_theirs(recorded: &Recorded, signed_in: &SignedIn) -> bool {
    recorded.metadata.tenant.as_str() == signed_in.tenant()
}

fn in_force(history: &[Recorded], wanted: u32) -> Option<InForce> {
    let mut found = None;
    for recorded in history {
        let Event::Call(event) = &recorded.event else { continue };
        match event {
            CallEvent::CorrectionNoted { correction, note, .. } if *correction == wanted => {
                found = note.text().map(|note| InForce {
                    position: recorded.position,
                    note: note.to_owned(),
                });
            }
            CallEvent::CorrectionWithdrawn { correction, .. } if *correction == wanted => found = None,
            CallEvent::CallErased { .. } | CallEvent::CallHidden { .. } => found = None,
            _ => {}
        }
    }
    found
}

/// The corrections at these positions, by position.
pub async fn told(
    state: &AppState,
    signed_in: &SignedIn,
    positions: BTreeSet<Position>,
) -> Result<BTreeMap<Position, PersonaSource>, ApiError> {
    let may_see = signed_in.may(Permission::ViewCalls).is_ok();
    let mut all = BTreeMap::new();
    for position in positions {
        let mut source = PersonaSource {
            position,
            ..PersonaSource::default()
        };
        if may_see {
            tell(state, signed_in, &mut source).await?;
        }
        all.insert(position, source);
    }
    Ok(all)
}

/// Whether it still counts is the read model's to say; what it was, the event's.
async fn tell(state: &AppState, signed_in: &SignedIn, source: &mut PersonaSource) -> Result<(), ApiError> {
    let events = state.ledger.read_all(source.position - 1, 1).await?;
    let Some(recorded) = events.first().filter(|recorded| is_theirs(recorded, signed_in)) else {
        return Ok(());
    };
    let Event::Call(CallEvent::CorrectionNoted {
        at,
        correction,
        note,
        turn,
        by,
    }) = &recorded.event
    else {
        return Ok(());
    };
    let call_id = &recorded.stream.aggregate_id;
    let row = state
        .read
        .feedback
        .correction(signed_in.tenant(), call_id, i64::from(*correction))
        .await?;
    // Without a row the read model is late, and the correction is new.
    let withdrawn = row.as_ref().is_some_and(|row| row.withdrawn);
    let in_force = row.is_none_or(|row| row.in_force);
    source.call_id = Some(call_id.clone());
    source.correction = Some(*correction);
    source.turn = *turn;
    source.note = note.text().filter(|_| in_force || withdrawn).map(str::to_owned);
    source.noted_by = Some(by.clone());
    source.noted_at = Some((*at).into());
    source.state = Some(match (withdrawn, in_force && source.note.is_some()) {
        (true, _) => "withdrawn",
        (false, true) => "in_force",
        (false, false) => "gone",
    });
    Ok(())
}
