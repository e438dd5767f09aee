//! Fault injection: `/sandbox/models/faults`.
//!
//! `POST` adds a fault, `GET` lists the pending faults, `DELETE` removes all. A request consumes the first pending
//! fault for its surface, and only that one.

use super::Models;
use super::surface::Surface;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU16;
use std::sync::Mutex;

/// A fault to inject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Surface that the fault applies to; any surface if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<Surface>,
    /// Number of requests that the fault applies to; 1 by default, `null` for all requests until the fault is removed.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// Delay before the response, in milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
    /// Fault applied after the delay; if absent, the request is answered normally.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<FaultKind>,
}

/// Kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Responds with this status.
    Status {
        /// 400 to 599.
        status: NonZeroU16,
        /// Value of `Retry-After`, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// Responds 200 with the first half of the answer as the complete body.
    Malformed,
    /// Breaks the connection after the first half of the answer.
    Cut,
    /// Sends the first half of the answer and keeps the connection open without sending the rest.
    Stall,
    /// Keeps the connection open and never responds.
    Hang,
}

#[expect(clippy::unnecessary_wraps, reason = "serde's `default` requires the field's type")]
fn once() -> Option<u32> {
    Some(1)
}

impl Fault {
    /// Applies `kind` to one request to this surface.
    #[must_use]
    pub fn once(surface: Surface, kind: FaultKind) -> Self {
        Self {
            surface: Some(surface),
            times: once(),
            delay_ms: 0,
            kind: Some(kind),
        }
    }

    /// Responds to every request to this surface with this status until the fault is removed.
    ///
    /// # Panics
    /// When `status` is not 400 to 599.
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

    /// Delays every request to this surface until the fault is removed.
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

/// Pending faults, in insertion order.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(super) fn add(&self, fault: Fault) {
        self.lock().push(fault);
    }

    pub(super) fn remove(&self, fault: &Fault) {
        let mut faults = self.lock();
        if let Some(index) = faults.iter().position(|known| known == fault) {
            faults.remove(index);
        }
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn list(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    /// Consumes the fault for the next request to a surface.
    pub(super) fn take(&self, surface: Surface) -> Option<Fault> {
        let mut faults = self.lock();
        let index = faults
            .iter()
            .position(|fault| fault.surface.is_none_or(|meant| meant == surface) && fault.times != Some(0))?;
        let fault = faults[index].clone();
        if let Some(times) = &mut faults[index].times {
            *times -= 1;
            if *times == 0 {
                faults.remove(index);
            }
        }
        Some(fault)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.0.lock().expect("fault lock is not poisoned")
    }
}

pub(super) async fn add(
    State(models): State<Models>,
    Json(fault): Json<Fault>,
) -> Result<StatusCode, (StatusCode, &'static str)> {
    if let Some(FaultKind::Status { status, .. }) = fault.kind
        && !is_error(status)
    {
        return Err((StatusCode::BAD_REQUEST, "status must be 400 to 599"));
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
    fn fault_applies_the_requested_number_of_times_to_its_surface_only() {
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
    fn fault_is_deserialized_from_json() {
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
