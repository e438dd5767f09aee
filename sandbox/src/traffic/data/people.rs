//! The people who call: a name and a number that always belong together.

use super::places::PLACES;
use crate::twilio::params::{Party, Place};

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

/// The lines of one area code: 555-0101 to 555-0199. 555-0100 is left to the business itself.
const LINES: usize = 99;

/// How many people there are.
pub const POPULATION: usize = PLACES.len() * LINES;

/// The identities with which people of the business register their browsers.
pub const DESKS: [&str; 5] = ["front_desk", "scheduling", "billing", "support_lead", "night_desk"];

/// Somebody outside the business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// First and last name.
    pub name: String,
    /// In E.164.
    pub number: String,
    /// Where the number is.
    pub place: Place,
}

impl Person {
    /// As one end of a call.
    #[must_use]
    pub fn party(&self) -> Party {
        Party::Phone {
            number: self.number.clone(),
            place: self.place,
        }
    }
}

/// The person of this index, the same on every run; indexes wrap around at [`POPULATION`].
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
    fn no_two_people_share_a_number() {
        let numbers: HashSet<_> = (0..POPULATION).map(|index| person(index).number).collect();
        assert_eq!(numbers.len(), POPULATION);
    }

    #[test]
    fn every_number_is_one_kept_for_fiction() {
        for index in 0..POPULATION {
            let Person { number, .. } = person(index);
            assert_eq!(number.len(), 12, "{number}");
            assert_eq!(&number[5..9], "5550", "{number}");
            assert_eq!(&number[9..10], "1", "{number}");
        }
    }
}
