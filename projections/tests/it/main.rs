//! Tests of the read models on SQLite. Tests on PostgreSQL are in the `tests` crate.

mod callbacks;
mod dead_letters;
mod following;
mod order;
mod queries;
mod rebuilding;
mod rows;
mod statements;
mod support;
