//! [`Rfc3339`]: a time in JSON, RFC 3339 in UTC; [`LocalTime`]: with the offset of a time zone.

use domain::Timestamp;
use domain::calendar::Calendar;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A time: RFC 3339 in JSON, epoch microseconds internally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rfc3339(pub Timestamp);

impl From<Timestamp> for Rfc3339 {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl From<i64> for Rfc3339 {
    fn from(micros: i64) -> Self {
        Self(Timestamp(micros))
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for Rfc3339 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse_rfc3339(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected a time in RFC 3339 with an offset"))
    }
}

/// A local time in responses: RFC 3339 with the offset of the tenant's time zone, so that it starts with the local date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LocalTime(String);

impl LocalTime {
    /// The first moment of a quarter hour.
    #[must_use]
    pub fn of(calendar: Calendar, quarter_hour: i64) -> Self {
        Self(calendar.to_rfc3339(quarter_hour))
    }
}

fn date_time() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .into()
}

impl PartialSchema for Rfc3339 {
    fn schema() -> RefOr<Schema> {
        date_time()
    }
}

impl ToSchema for Rfc3339 {}

impl PartialSchema for LocalTime {
    fn schema() -> RefOr<Schema> {
        date_time()
    }
}

impl ToSchema for LocalTime {}
