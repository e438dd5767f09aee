//! The sandbox from outside: its plans as a library, its requests as a service receives them, its command line.

mod chaos;
mod cli;
mod plan;
mod review;
mod sending;
mod service;
