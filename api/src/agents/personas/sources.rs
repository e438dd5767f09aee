//! The corrections that a persona is based on: named by call and number in a proposal, stored as log positions, and
//! returned in their current state.

use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::web::Rfc3339;
use domain::agent::rules::MAX_SOURCES;
use domain::call::CallEvent;
use infra::event_store::{Event, Position, Recorded, StreamId};
use infra::ledger::Ledger;
use projections::persona_feedback::queries::Feedback;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use utoipa::ToSchema;

/// A reference to a correction.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedCorrection {
    call_id: String,
    /// Number within the call, from 1.
    correction: u32,
}

/// A correction that is in force.
pub struct InForce {
    pub position: Position,
    pub note: String,
}

/// A correction that a persona is based on, in its current state. A user who may not see calls receives only its
/// position.
#[derive(Clone, Default, Serialize, ToSchema)]
pub struct PersonaSource {
    /// Log position of its event.
    position: i64,
    call_id: Option<String>,
    /// Number within the call, from 1.
    correction: Option<u32>,
    /// The turn that it refers to; absent: the whole call.
    turn: Option<u32>,
    /// Absent once the call is erased or hidden.
    note: Option<String>,
    noted_by: Option<String>,
    noted_at: Option<Rfc3339>,
    /// `in_force`, `withdrawn`, or `gone` if its call was erased or hidden.
    state: Option<&'static str>,
}

/// Resolves the corrections that a request names. They must belong to the tenant and be in force. They are read from
/// the calls' streams, because a correction may be newer than the read models.
pub async fn named(
    ledger: &Ledger,
    signed_in: &SignedIn,
    references: &[NamedCorrection],
) -> Result<Vec<InForce>, ApiError> {
    if references.len() > MAX_SOURCES {
        return Err(ApiError::field(
            "/sources",
            format!("must have at most {MAX_SOURCES} entries"),
        ));
    }
    let mut histories: HashMap<&str, Vec<Recorded>> = HashMap::new();
    let mut found = Vec::with_capacity(references.len());
    for (index, NamedCorrection { call_id, correction }) in references.iter().enumerate() {
        if !histories.contains_key(call_id.as_str()) {
            let mut history = ledger.history(&StreamId::call(call_id)).await?;
            if history.first().is_some_and(|first| !is_own(first, signed_in)) {
                history.clear();
            }
            histories.insert(call_id, history);
        }
        let one = in_force(&histories[call_id.as_str()], *correction);
        found.push(
            one.ok_or_else(|| ApiError::field(format!("/sources/{index}"), "is not a correction that is in force"))?,
        );
    }
    Ok(found)
}

fn is_own(recorded: &Recorded, signed_in: &SignedIn) -> bool {
    recorded.metadata.tenant.as_str() == signed_in.tenant()
}

fn in_force(history: &[Recorded], number: u32) -> Option<InForce> {
    let mut found = None;
    for recorded in history {
        let Event::Call(event) = &recorded.event else { continue };
        match event {
            CallEvent::CorrectionNoted { correction, note, .. } if *correction == number => {
                found = note.text().map(|note| InForce {
                    position: recorded.position,
                    note: note.to_owned(),
                });
            }
            CallEvent::CorrectionWithdrawn { correction, .. } if *correction == number => found = None,
            CallEvent::CallErased { .. } | CallEvent::CallHidden { .. } => found = None,
            _ => {}
        }
    }
    found
}

/// Loads the corrections at these positions, by position.
pub async fn load(
    ledger: &Ledger,
    feedback: &Feedback,
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
            fill(ledger, feedback, signed_in, &mut source).await?;
        }
        all.insert(position, source);
    }
    Ok(all)
}

/// Fills in a correction: its content from the event, its state from the read model.
async fn fill(
    ledger: &Ledger,
    feedback: &Feedback,
    signed_in: &SignedIn,
    source: &mut PersonaSource,
) -> Result<(), ApiError> {
    let events = ledger.read_all(source.position - 1, 1).await?;
    let Some(recorded) = events.first().filter(|recorded| is_own(recorded, signed_in)) else {
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
    let row = feedback
        .correction(signed_in.tenant(), call_id, i64::from(*correction))
        .await?;
    // No row: the read model lags and the correction is new.
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
