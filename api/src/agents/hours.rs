//! `PUT /api/agents/{id}/hours`: when an agent answers. And hours as they go over the wire: `"09:00-17:00"`.

use super::{AgentView, order, view};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use chrono_tz::Tz;
use domain::agent::AgentCommand;
use domain::hours::{TimeRange, WeekHours};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When an agent answers.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// IANA time zone.
    #[schema(example = "America/Chicago")]
    time_zone: String,
    /// For each day the ranges in which it is open, in order; a day without is closed.
    days: Days,
}

/// For each day the ranges in which it is open: `"09:00-12:00"`, up to `"24:00"`.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Days {
    /// Monday.
    #[schema(example = json!(["09:00-12:00", "13:00-17:00"]))]
    pub monday: Vec<String>,
    /// Tuesday.
    pub tuesday: Vec<String>,
    /// Wednesday.
    pub wednesday: Vec<String>,
    /// Thursday.
    pub thursday: Vec<String>,
    /// Friday.
    pub friday: Vec<String>,
    /// Saturday.
    pub saturday: Vec<String>,
    /// Sunday.
    pub sunday: Vec<String>,
}

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl Hours {
    /// The hours, if they can be read.
    ///
    /// # Errors
    /// Points at the time zone or the range that cannot.
    pub fn read(&self) -> Result<WeekHours, ApiError> {
        let time_zone = self.time_zone.parse::<Tz>();
        let time_zone = time_zone.map_err(|_| ApiError::field("/hours/time_zone", "is not an IANA time zone"))?;
        let Days {
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
        } = &self.days;
        let mut days: [Vec<TimeRange>; 7] = Default::default();
        let wanted = [monday, tuesday, wednesday, thursday, friday, saturday, sunday];
        for ((name, ranges), day) in DAYS.into_iter().zip(wanted).zip(&mut days) {
            for (index, range) in ranges.iter().enumerate() {
                let range = range.parse();
                day.push(
                    range
                        .map_err(|error| ApiError::field(format!("/hours/days/{name}/{index}"), format!("{error}")))?,
                );
            }
        }
        Ok(WeekHours { time_zone, days })
    }
}

impl From<&WeekHours> for Hours {
    fn from(hours: &WeekHours) -> Self {
        let day = |index: usize| hours.days[index].iter().map(ToString::to_string).collect();
        Self {
            time_zone: hours.time_zone.name().to_owned(),
            days: Days {
                monday: day(0),
                tuesday: day(1),
                wednesday: day(2),
                thursday: day(3),
                friday: day(4),
                saturday: day(5),
                sunday: day(6),
            },
        }
    }
}

/// When an agent is to answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutHours {
    /// The hours; `null` is always.
    hours: Option<Hours>,
}

/// Says when the agent answers.
#[utoipa::path(
    put, path = "/api/agents/{id}/hours", tag = "agents", request_body = PutHours,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = AgentView), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn put_hours(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<PutHours>,
) -> Result<Written<AgentView>, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let hours = wanted.hours.as_ref().map(Hours::read).transpose()?;
    let command = AgentCommand::SetHours {
        at: state.clock.now(),
        hours,
        by: signed_in.by(),
    };
    let position = order(&state, &signed_in, &key, "PUT /api/agents/{id}/hours", &id, command).await?;
    Ok(Written::changed(position, view(&state, &signed_in, &id).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(monday: &[&str]) -> Hours {
        let monday = monday.iter().map(|range| (*range).to_owned()).collect();
        Hours {
            time_zone: "America/Chicago".into(),
            days: Days {
                monday,
                ..Days::default()
            },
        }
    }

    #[test]
    fn hours_read_back_as_they_were_written() {
        let read = hours(&["09:00-12:00", "13:00-24:00"]).read().expect("hours");
        assert_eq!(Hours::from(&read).days.monday, ["09:00-12:00", "13:00-24:00"]);
    }

    #[test]
    fn a_range_that_cannot_be_read_is_pointed_at() {
        match hours(&["09:00-12:00", "noon"]).read() {
            Err(ApiError::Invalid(problems)) => {
                assert_eq!(problems[0].pointer.as_deref(), Some("/hours/days/monday/1"));
            }
            other => panic!("read: {other:?}"),
        }
    }
}
