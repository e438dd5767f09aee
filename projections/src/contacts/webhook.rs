//! Who a quarantined webhook is about.

use domain::phone;
use std::collections::{BTreeMap, BTreeSet};

/// Parameters that name a party.
const ADDRESSES: [&str; 6] = [
    "From",
    "To",
    "Caller",
    "Called",
    "ForwardedFrom",
    "SipHeader_P-Asserted-Identity",
];

/// The numbers, other addresses of parties, and calls that the parameters name.
pub(super) fn parties(params: &BTreeMap<String, Vec<String>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, values) in params {
        for value in values {
            if let Ok(number) = phone::parse(value, None) {
                found.insert(number.into_string());
            } else if ADDRESSES.contains(&name.as_str()) || is_call(value) {
                found.insert(phone::address(value));
            }
        }
    }
    found.remove("");
    found
}

/// Whether the value has the form of a `CallSid`, or of a call of this service.
fn is_call(value: &str) -> bool {
    (value.starts_with("CA") || value.starts_with("call_")) && (3..=64).contains(&value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_addresses_and_calls_are_found_in_any_parameter() {
        let params = [
            ("From", "sip:+15045550123@pbx;transport=tcp"),
            ("To", "sip:ada@pbx.example"),
            ("DialCallSid", "CA1"),
            ("call_id", "call_0190"),
            ("Remote", "\u{202a}+1 504 555 0124\u{202c}"),
            ("CallStatus", "dancing"),
        ];
        let params = params.map(|(name, value)| (name.to_owned(), vec![value.to_owned()]));
        let found: Vec<_> = parties(&params.into()).into_iter().collect();
        assert_eq!(
            found,
            [
                "+15045550123",
                "+15045550124",
                "CA1",
                "call_0190",
                "sip:ada@pbx.example"
            ]
        );
    }
}
