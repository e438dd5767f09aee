//! Compares an ended call with the expected outcome of its scenario.

use super::call::Call;
use crate::network::party::expression;
use crate::network::scenario::Expect;

impl Expect {
    /// The expectations that an ended call did not meet.
    #[must_use]
    pub fn unmet(&self, call: &Call, recordings: usize) -> Vec<String> {
        let report = call.report.clone().unwrap_or_default();
        let mut unmet = report.unmet;
        let status = self.status.as_deref().unwrap_or("completed");
        if call.status.as_str() != status {
            unmet.push(format!("status is {}, expected {status}", call.status.as_str()));
        }
        if let Some(by) = &self.ended_by
            && call.ended_by != Some(by)
        {
            unmet.push(format!(
                "ended by {}, expected {by}",
                call.ended_by.unwrap_or("unknown")
            ));
        }
        let heard = report.heard.join("\n");
        let matches = |text: &String| expression(text).is_ok_and(|expression| expression.is_match(&heard));
        unmet.extend(
            self.hears
                .iter()
                .filter(|text| !matches(text))
                .map(|text| format!("never heard /{text}/")),
        );
        unmet.extend(
            self.never_hears
                .iter()
                .filter(|text| matches(text))
                .map(|text| format!("unexpectedly heard /{text}/")),
        );
        if let Some(expected) = self.recordings
            && recordings != expected
        {
            unmet.push(format!("{recordings} recordings, expected {expected}"));
        }
        for (code, message) in call.errors.iter().filter(|(code, _)| !self.errors.contains(code)) {
            unmet.push(format!("error {code}: {message}"));
        }
        for code in self
            .errors
            .iter()
            .filter(|code| !call.errors.iter().any(|(had, _)| had == *code))
        {
            unmet.push(format!("expected error {code} did not occur"));
        }
        unmet
    }
}
