//! Tests of the read models, on SQLite. PostgreSQL's are with the whole, in the `tests` crate.

mod callbacks;
mod following;
mod order;
mod dead_letters;
mod queries;
mod rebuilding;
mod rows;
mod statements;
mod support;
