//! Fictitious people: each index has a fixed name and number.

use super::places::PLACES;
use crate::twilio::params::{PartyAddress, Place};

const FIRST_NAMES: [&str; 20] = [
    "Amara", "Bjørn", "Chloé", "Dario", "Eun-ji", "Farah", "Gideon", "Hana", "Ilya", "Jolene", "Kofi", "Lucía",
    "Marcus", "Nadia", "Otis", "Priya", "Quentin", "Rosa", "Søren", "Tamsin",
];

const LAST_NAMES: [&str; 19] = [
    "Abernathy",
    "Boudreaux",
    "Castellanos",
    "Delacroix",
    "Eriksen",
    "Fontenot",
    "Guidry",
    "Hollander",
    "Ibarra",
    "Jansen",
    "Kapoor",
    "Landry",
    "Müller",
    "Nakamura",
    "O'Rourke",
    "Petrov",
    "Quiñones",
    "Robichaux",
    "St. Clair",
];

/// Numbers per area code: 555-0101 to 555-0199. 555-0100 is the business itself.
const NUMBERS_PER_AREA: usize = 99;

/// Number of people.
pub const POPULATION: usize = PLACES.len() * NUMBERS_PER_AREA;

/// Client identities of the business's browsers.
pub const DESKS: [&str; 5] = ["front_desk", "scheduling", "billing", "support_lead", "night_desk"];

/// A person outside the business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// First and last name.
    pub name: String,
    /// Telephone number in E.164.
    pub number: String,
    /// Place of the number.
    pub place: Place,
}

impl Person {
    /// The person as a party of a call.
    #[must_use]
    pub fn party(&self) -> PartyAddress {
        PartyAddress::Phone {
            number: self.number.clone(),
            place: self.place,
        }
    }
}

/// The person with this index, the same on every run. Indexes wrap around at [`POPULATION`].
#[must_use]
pub fn person(index: usize) -> Person {
    let index = index % POPULATION;
    let (area, place) = PLACES[index % PLACES.len()];
    Person {
        name: format!(
            "{} {}",
            FIRST_NAMES[index % FIRST_NAMES.len()],
            LAST_NAMES[index % LAST_NAMES.len()]
        ),
        number: format!("+1{area}5550{}", 101 + index / PLACES.len()),
        place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn people_have_distinct_numbers() {
        let numbers: HashSet<_> = (0..POPULATION).map(|index| person(index).number).collect();
        assert_eq!(numbers.len(), POPULATION);
    }

    #[test]
    fn numbers_are_reserved_for_fictional_use() {
        for index in 0..POPULATION {
            let Person { number, .. } = person(index);
            assert_eq!(number.len(), 12, "{number}");
            assert_eq!(&number[5..9], "5550", "{number}");
            assert_eq!(&number[9..10], "1", "{number}");
        }
    }
}
