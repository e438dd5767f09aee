//! The small lists that callers, places and conversations are drawn from. All of it is fiction; the numbers are from
//! the range 555-0100 to 555-0199, which the North American numbering plan keeps for fiction.

pub mod people;
pub mod places;
pub mod words;
