//! Tests of the read models on SQLite. Tests on PostgreSQL are in the `tests` crate.

mod callbacks;
mod following;
mod order;
mod dead_letters;
mod queries;
mod rebuilding;
mod rows;
mod statements;
mod support;
