//! Faults on demand: `/sandbox/models/faults`.
//!
//! `POST` orders one, `GET` lists what is still to come, `DELETE` forgets all. A request takes the first fault that is
//! meant for its surface, and only that one.

use super::Models;
use super::surface::Surface;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU16;
use std::sync::Mutex;

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// For which surface; any of them, if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<Surface>,
    /// For how many requests: 1 if not said otherwise, `null` for all until it is taken away.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// Milliseconds before anything else happens.
    #[serde(default)]
    pub delay_ms: u64,
    /// What happens then; without it, the request is answered as ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<FaultKind>,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// It is refused with this status.
    Status {
        /// 400 to 599.
        status: NonZeroU16,
        /// Seconds to wait, said in `Retry-After`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// It is answered 200 with the first half of the answer, as if that were all.
    Malformed,
    /// The connection breaks after the first half of the answer.
    Cut,
    /// After the first half of the answer nothing more comes, and the connection stays.
    Stall,
    /// Nothing ever comes.
    Hang,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's own type")]
fn once() -> Option<u32> {
    Some(1)
}

impl Fault {
    /// One request to this surface goes wrong like this.
    #[must_use]
    pub fn once(surface: Surface, kind: FaultKind) -> Self {
        Self {
            surface: Some(surface),
            times: once(),
            delay_ms: 0,
            kind: Some(kind),
        }
    }

    /// Every request to this surface is refused with this status, until it is taken away: the model is down.
    ///
    /// # Panics
    /// When the status is no error.
    #[must_use]
    pub fn down(surface: Surface, status: u16) -> Self {
        let status = NonZeroU16::new(status)
            .filter(|status| is_error(*status))
            .expect("a status from 400 to 599");
        Self {
            times: None,
            ..Self::once(
                surface,
                FaultKind::Status {
                    status,
                    retry_after: None,
                },
            )
        }
    }

    /// Every request to this surface takes so long, until it is taken away: the model is slow.
    #[must_use]
    pub fn slow(surface: Surface, delay_ms: u64) -> Self {
        Self {
            surface: Some(surface),
            times: None,
            delay_ms,
            kind: None,
        }
    }
}

fn is_error(status: NonZeroU16) -> bool {
    (400..600).contains(&status.get())
}

/// What is still to go wrong, in the order in which it was ordered.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(super) fn add(&self, fault: Fault) {
        self.lock().push(fault);
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn list(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    /// The fault of the next request to a surface.
    pub(super) fn take(&self, surface: Surface) -> Option<Fault> {
        let mut faults = self.lock();
        let place = faults
            .iter()
            .position(|fault| fault.surface.is_none_or(|meant| meant == surface) && fault.times != Some(0))?;
        let fault = faults[place].clone();
        if let Some(times) = &mut faults[place].times {
            *times -= 1;
            if *times == 0 {
                faults.remove(place);
            }
        }
        Some(fault)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.0.lock().expect("nothing panics while it holds the faults")
    }
}

pub(super) async fn order(
    State(models): State<Models>,
    Json(fault): Json<Fault>,
) -> Result<StatusCode, (StatusCode, &'static str)> {
    if let Some(FaultKind::Status { status, .. }) = fault.kind
        && !is_error(status)
    {
        return Err((StatusCode::BAD_REQUEST, "status is one from 400 to 599"));
    }
    models.add_fault(fault);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list(State(models): State<Models>) -> Json<Vec<Fault>> {
    Json(models.inner().faults.list())
}

pub(super) async fn clear(State(models): State<Models>) -> StatusCode {
    models.clear_faults();
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_comes_as_often_as_it_was_ordered_and_only_where() {
        let faults = Faults::default();
        faults.add(Fault {
            times: Some(2),
            ..Fault::once(Surface::Chat, FaultKind::Hang)
        });
        faults.add(Fault::slow(Surface::Chat, 5));
        assert_eq!(faults.take(Surface::Speech), None);
        let kinds: Vec<_> = (0..4)
            .map(|_| faults.take(Surface::Chat).and_then(|fault| fault.kind))
            .collect();
        assert_eq!(kinds, [Some(FaultKind::Hang), Some(FaultKind::Hang), None, None]);
        assert_eq!(faults.take(Surface::Chat).map(|fault| fault.delay_ms), Some(5));
        faults.clear();
        assert_eq!(faults.take(Surface::Chat), None);
    }

    #[test]
    fn a_fault_is_ordered_in_json() {
        let read = |text| serde_json::from_str::<Fault>(text);
        let fault =
            read(r#"{"surface": "chat", "kind": {"status": {"status": 429, "retry_after": 2}}}"#).expect("a fault");
        assert_eq!(fault.times, Some(1));
        assert_eq!(
            read(r#"{"times": null, "kind": "cut"}"#).expect("a fault"),
            Fault {
                surface: None,
                times: None,
                delay_ms: 0,
                kind: Some(FaultKind::Cut)
            }
        );
        assert!(read(r#"{"kind": "explode"}"#).is_err());
        assert!(read(r#"{"delay": 3}"#).is_err());
    }
}
