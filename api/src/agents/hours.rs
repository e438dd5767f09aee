//! `PUT /api/agents/{id}/hours`: sets the opening hours of an agent; and their JSON representation: `"09:00-17:00"`.

use super::{AgentResource, AgentView};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use chrono_tz::Tz;
use domain::agent::AgentCommand;
use domain::hours::{TimeRange, WeekHours};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The opening hours of an agent.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// IANA time zone.
    #[schema(example = "America/Chicago")]
    time_zone: String,
    /// The opening ranges of each day, in order; a day without ranges is closed.
    days: Days,
}

/// The opening ranges of each day, such as `"09:00-12:00"`; the latest end is `"24:00"`.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Days {
    #[schema(example = json!(["09:00-12:00", "13:00-17:00"]))]
    pub monday: Vec<String>,
    pub tuesday: Vec<String>,
    pub wednesday: Vec<String>,
    pub thursday: Vec<String>,
    pub friday: Vec<String>,
    pub saturday: Vec<String>,
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
    /// Parses the hours.
    ///
    /// # Errors
    /// Names the invalid time zone or range.
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
        let all_ranges = [monday, tuesday, wednesday, thursday, friday, saturday, sunday];
        for ((name, ranges), day) in DAYS.into_iter().zip(all_ranges).zip(&mut days) {
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

/// The new opening hours.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutHours {
    /// `null`: always open.
    hours: Option<Hours>,
}

/// Sets the opening hours of the agent.
#[utoipa::path(
    put, path = "/api/agents/{id}/hours", tag = "agents", request_body = PutHours,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = AgentView), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn put_hours(
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<PutHours>,
) -> Result<WriteResponse<AgentView>, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let hours = body.hours.as_ref().map(Hours::read).transpose()?;
    let command = AgentCommand::SetHours {
        at: agents.clock.now(),
        hours,
        by: signed_in.by(),
    };
    let position = agents
        .execute(&signed_in, &key, "PUT /api/agents/{id}/hours", &id, command)
        .await?;
    Ok(WriteResponse::changed(position, agents.view(&signed_in, &id).await?))
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
    fn hours_round_trip() {
        let read = hours(&["09:00-12:00", "13:00-24:00"]).read().expect("hours");
        assert_eq!(Hours::from(&read).days.monday, ["09:00-12:00", "13:00-24:00"]);
    }

    #[test]
    fn invalid_range_is_named_in_the_error() {
        match hours(&["09:00-12:00", "noon"]).read() {
            Err(ApiError::Invalid(problems)) => {
                assert_eq!(problems[0].pointer.as_deref(), Some("/hours/days/monday/1"));
            }
            other => panic!("read: {other:?}"),
        }
    }
}
