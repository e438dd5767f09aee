//! Summary table.

use super::call::{Kind, PlannedCall};
use super::review::ReviewTally;
use super::send::Tally;
use std::collections::HashSet;
use std::fmt::{Display, Write as _};
use std::time::Duration;

/// Number of duplicate requests.
#[must_use]
pub fn duplicates(calls: &[PlannedCall]) -> usize {
    let requests = calls.iter().flat_map(|call| &call.requests);
    let mut seen = HashSet::new();
    requests
        .filter(|request| !seen.insert(&request.idempotency_token))
        .count()
}

/// Renders the table: calls by kind, requests, responses, reviews.
#[must_use]
pub fn render(calls: &[PlannedCall], sent: &Tally, reviewed: Option<&ReviewTally>) -> String {
    let mut table = Table::default();
    table.head("Calls");
    for (kind, _) in Kind::SHARES {
        table.row(kind.name(), calls.iter().filter(|call| call.kind == kind).count());
    }
    table.row("all", calls.len());

    table.head("Requests");
    table.row("sent", sent.requests);
    table.row("of them duplicates", duplicates(calls));
    table.row("retries", sent.retries);
    table.row("requests/s", per_second(sent.requests, sent.took));

    table.head("Answers");
    for (status, count) in &sent.answers {
        table.row(&status.to_string(), count);
    }
    if sent.unanswered > 0 {
        table.row("none", sent.unanswered);
    }
    for (name, percent) in [("median", 50), ("99th percentile", 99)] {
        if let Some(time) = sent.percentile(percent) {
            table.row(name, format!("{:.1} ms", time.as_secs_f64() * 1e3));
        }
    }
    for ((path, status), count) in &sent.refusals {
        table.row(&format!("{status} from {path}"), count);
    }

    if let Some(reviewed) = reviewed {
        table.head("Reviewed");
        for (action, count) in &reviewed.done {
            table.row(action, count);
        }
        for ((action, status), count) in &reviewed.refused {
            table.row(&format!("{action}: {status}"), count);
        }
        if reviewed.unanswered > 0 {
            table.row("no answer", reviewed.unanswered);
        }
    }
    table.0
}

fn per_second(count: usize, took: Duration) -> String {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    format!("{:.0}", f64::from(count) / took.as_secs_f64().max(1e-6))
}

#[derive(Default)]
struct Table(String);

impl Table {
    fn head(&mut self, text: &str) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        self.line(format_args!("{gap}{text}"));
    }

    fn row(&mut self, name: &str, value: impl Display) {
        self.line(format_args!("  {name:<40}{:>10}", value.to_string()));
    }

    fn line(&mut self, text: std::fmt::Arguments) {
        writeln!(self.0, "{text}").expect("writing to a string cannot fail");
    }
}
