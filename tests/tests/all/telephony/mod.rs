//! Complete telephone calls: the sandbox's callers talk with the service, and the ledger must contain what was said.

mod dialogue;
mod hangup;
mod idempotency;
mod library;
mod listening;
mod lost_end;
mod personas;
mod recordings;
mod stopping;
mod takeover;
mod text_calls;
mod twiml;

use sandbox::network::scenario::Scenario;

/// A caller who says one thing and waits.
fn waiting_caller() -> Scenario {
    let caller = r#"
        description = "says one thing and waits"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "Hello, my laptop does not start"
        [[caller.steps]]
        say = "Are you still there"
        within_s = 3000
    "#;
    Scenario::from_toml(caller).expect("a scenario")
}
