//! Whether a callback is about one of our accounts and one of Twilio's calls.
//!
//! A signature proves that someone with the auth token wrote these bytes in this order. It does not separate names from
//! values: from `Name=ADACallSid...` one byte string results, whichever part is the name. Who captured a request could so
//! shift a boundary and keep the signature valid. Identifiers of a fixed form, and no identifier's name inside another
//! parameter that could be one, leave only one reading.

use super::super::form::Form;
use super::NotUnderstood;

/// The parameters that identify the account and the call.
const ACCOUNT: &str = "AccountSid";
const CALLS: [&str; 3] = ["CallSid", "ParentCallSid", "DialCallSid"];
/// Parameters that Twilio sends at most once, and that decide what a call is.
const SINGLE: [&str; 12] = [
    ACCOUNT,
    "CallSid",
    "ParentCallSid",
    "DialCallSid",
    "CallStatus",
    "Direction",
    "From",
    "Caller",
    "To",
    "Called",
    "RecordingSid",
    "RecordingUrl",
];
/// Longest name of a parameter that ends with the name of an identifier, such as `CallSidEndingConference`.
const MAX_NAME_CHARS: usize = 40;

/// Refuses a callback of another account or of no call of Twilio's, or one that can be read in two ways. Without
/// accounts (the sandbox) everything is accepted.
pub(super) fn check(form: &Form, accounts: &[String]) -> Result<(), NotUnderstood> {
    if accounts.is_empty() {
        return Ok(());
    }
    for name in SINGLE {
        let values = form.parameters().get(name);
        if values.is_some_and(|values| values.iter().any(|value| *value != values[0])) {
            return Err(NotUnderstood("a parameter that Twilio sends once has several values"));
        }
    }
    if form
        .get(ACCOUNT)
        .is_some_and(|account| !accounts.iter().any(|known| known == account))
    {
        return Err(NotUnderstood("AccountSid is not one of our accounts"));
    }
    if CALLS
        .iter()
        .any(|name| form.get(name).is_some_and(|sid| !is_sid(sid, "CA")))
    {
        return Err(NotUnderstood(
            "the identifier of a call is not CA and 32 hexadecimal digits",
        ));
    }
    if form.pairs().any(|(name, value)| hides_an_identifier(form, name, value)) {
        return Err(NotUnderstood("the name of an identifier is inside another parameter"));
    }
    Ok(())
}

/// Whether a text is one of Twilio's identifiers: a prefix and 32 hexadecimal digits.
#[must_use]
pub fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether the name of an identifier is in a value, or begins in a name and ends in its value, or is in a name that is no
/// name of Twilio's; and could be a parameter there. It could not if it sorts before this parameter and has its own place:
/// a signature is over the parameters in the order of their names. SIP headers (`SipHeader_X-CallSid`), addresses and
/// what a caller says may therefore contain it.
fn hides_an_identifier(form: &Form, name: &str, value: &str) -> bool {
    let is_plain = name.len() <= MAX_NAME_CHARS && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let text = format!("{name}{value}");
    [ACCOUNT, "CallSid"].into_iter().any(|identifier| {
        if identifier < name && form.get(identifier).is_some() {
            return false;
        }
        let mut places = text.match_indices(identifier);
        places.any(|(at, _)| !is_plain || at + identifier.len() > name.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::twilio::signature::{self, Body};
    use std::collections::BTreeMap;

    const OURS: &str = "AC0000000000000000000000000000000a";
    const CAPTURED: &str = "CA0000000000000000000000000000000a";
    const FORGED: &str = "CA0000000000000000000000000000000b";

    fn check_of(text: &str) -> Result<(), NotUnderstood> {
        check(&Form::parse(text.as_bytes()), &[OURS.to_owned()])
    }

    #[test]
    fn callback_of_our_account_and_a_call_of_twilios_is_accepted() {
        for more in [
            "",
            "&CallerName=ADA",
            "&CallSidEndingConference=CA1",
            "&From=sip%3Aada%40pbx.example",
            "&SipHeader_X-CallSid=CA1",
            "&SipHeader_X-Twilio-AccountSid=AC1",
            "&To=sip%3Abob%40pbx.example%3FX-CallSid%3DCA1",
            "&SpeechResult=What+is+my+AccountSid",
            "&CallerName=my+CallSid+is",
        ] {
            check_of(&format!("AccountSid={OURS}&CallSid={CAPTURED}{more}")).expect("accepted");
        }
        check_of(&format!("CallSid={CAPTURED}")).expect("an absent account is no other one");
    }

    #[test]
    fn other_account_malformed_call_and_repeated_identifiers_are_refused() {
        for text in [
            format!("AccountSid=AC0000000000000000000000000000000b&CallSid={CAPTURED}"),
            format!("AccountSid={OURS}&CallSid=CA1"),
            format!("AccountSid={OURS}&CallSid={CAPTURED}From"),
            format!("AccountSid={OURS}&CallSid={CAPTURED}&ParentCallSid=CAxyz"),
            format!("AccountSid={OURS}&CallSid={CAPTURED}&CallSid={FORGED}"),
            format!("CallSid={CAPTURED}&To=%2B15045550100&To=%2B15045550101"),
        ] {
            check_of(&text).expect_err(&text);
        }
    }

    /// The parameters that a byte string of a signature becomes if names begin at these places.
    fn split(text: &str, starts: &[(usize, usize)]) -> Form {
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (index, (from, name_end)) in starts.iter().enumerate() {
            let end = starts.get(index + 1).map_or(text.len(), |(next, _)| *next);
            let value = text.get(*name_end..end).unwrap_or_default();
            parameters
                .entry(text[*from..*name_end].to_owned())
                .or_default()
                .push(value.to_owned());
        }
        Form::from_parameters(parameters)
    }

    #[test]
    fn captured_request_with_shifted_boundaries_is_never_another_call() {
        let (token, url) = (Secret::new("12345"), "https://calls.example/twilio/inbound-status");
        // What a caller may choose: the name, and the address of a SIP client.
        let hidden = format!("xCallSid{FORGED}CallStatuscompletedDirectioninbound");
        let choices = [
            (hidden.as_str(), "sip:a@b", "1"),
            ("ADA", hidden.as_str(), "1"),
            ("ADA", "sip:a@b", hidden.as_str()),
        ];
        for (caller_name, from, header) in choices {
            let captured = format!(
                "AccountSid={OURS}&ApiVersion=2010-04-01&CallSid={CAPTURED}&CallStatus=ringing&CallerName={caller_name}\
                &Direction=inbound&From={from}&SipHeader_X-CallSid={header}&To=%2B15045550100"
            );
            let captured = Form::parse(captured.as_bytes());
            let signed = signature::sign(&token, url, Some(&captured));
            let text: String = captured.pairs().flat_map(|(name, value)| [name, value]).collect();
            // A name may begin wherever a known name begins, and be the whole of it or only its first two letters.
            let names = [
                "AccountSid",
                "ApiVersion",
                "CallSid",
                "CallStatus",
                "CallerName",
                "Direction",
                "From",
                "SipHeader_X-CallSid",
                "To",
            ];
            let mut places: Vec<usize> = names
                .iter()
                .flat_map(|name| text.match_indices(name))
                .map(|(at, _)| at)
                .collect();
            places.sort_unstable();
            places.dedup();
            assert!(places.len() >= 10 && places[0] == 0, "{places:?}");
            let (mut valid, mut forgeries) = (0, 0);
            for subset in 0..1_u32 << (places.len() - 1) {
                for short in [usize::MAX, 1, 2, 3] {
                    let chosen = places
                        .iter()
                        .enumerate()
                        .filter(|(index, _)| *index == 0 || subset >> (index - 1) & 1 == 1);
                    let starts = chosen.map(|(index, at)| {
                        let name = names
                            .iter()
                            .find(|name| text[*at..].starts_with(**name))
                            .expect("a name");
                        let length = if index == short { 2 } else { name.len() };
                        (*at, at + length)
                    });
                    let form = split(&text, &starts.collect::<Vec<_>>());
                    if !signature::is_valid(&token, url, Body::Form(&form), &signed) {
                        continue;
                    }
                    valid += 1;
                    if form.get("CallSid") != Some(CAPTURED) {
                        forgeries += 1;
                        let refused = check(&form, &[OURS.to_owned()]);
                        refused.expect_err(&format!("{:?}", form.parameters()));
                    }
                }
            }
            assert!(valid > 10 && forgeries > 0, "{valid} {forgeries}");
        }
    }
}
