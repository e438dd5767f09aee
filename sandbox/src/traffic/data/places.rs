//! Area codes, and the places that Twilio reports for them.

use crate::twilio::params::Place;

/// Area code and place.
pub const PLACES: [(&str, Place); 24] = [
    ("504", place("NEW ORLEANS", "LA", "70112")),
    ("225", place("BATON ROUGE", "LA", "70801")),
    ("318", place("SHREVEPORT", "LA", "71101")),
    ("713", place("HOUSTON", "TX", "77002")),
    ("214", place("DALLAS", "TX", "75201")),
    ("512", place("AUSTIN", "TX", "78701")),
    ("601", place("JACKSON", "MS", "39201")),
    ("205", place("BIRMINGHAM", "AL", "35203")),
    ("404", place("ATLANTA", "GA", "30303")),
    ("305", place("MIAMI", "FL", "33130")),
    ("813", place("TAMPA", "FL", "33602")),
    ("615", place("NASHVILLE", "TN", "37219")),
    ("901", place("MEMPHIS", "TN", "38103")),
    ("501", place("LITTLE ROCK", "AR", "72201")),
    ("405", place("OKLAHOMA CITY", "OK", "73102")),
    ("212", place("NEW YORK", "NY", "10004")),
    ("617", place("BOSTON", "MA", "02108")),
    ("312", place("CHICAGO", "IL", "60602")),
    ("303", place("DENVER", "CO", "80202")),
    ("602", place("PHOENIX", "AZ", "85003")),
    ("206", place("SEATTLE", "WA", "98101")),
    ("415", place("SAN FRANCISCO", "CA", "94102")),
    ("213", place("LOS ANGELES", "CA", "90012")),
    ("202", place("WASHINGTON", "DC", "20001")),
];

const fn place(city: &'static str, state: &'static str, zip: &'static str) -> Place {
    Place {
        city,
        state,
        zip,
        country: "US",
    }
}

/// The place of an E.164 number, by its area code.
#[must_use]
pub fn of(number: &str) -> Place {
    let area = number.strip_prefix("+1").and_then(|rest| rest.get(..3));
    PLACES
        .iter()
        .find(|(code, _)| Some(*code) == area)
        .map_or(Place::UNKNOWN, |(_, place)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_is_located_by_its_area_code() {
        assert_eq!(of("+15045550100").city, "NEW ORLEANS");
        assert_eq!(of("+442079460000"), Place::UNKNOWN);
        assert_eq!(of("+1"), Place::UNKNOWN);
    }
}
