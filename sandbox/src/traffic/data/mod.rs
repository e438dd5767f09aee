//! Sample callers, places and conversations. All are fictitious; the numbers are 555-0100 to 555-0199, which the North
//! American Numbering Plan reserves for fictional use.

pub mod people;
pub mod places;
pub mod words;
