//! Validation of the values that an agent collects.

use crate::phone;
use chrono::NaiveDate;

/// The normalized value, and whether it is well-formed for its kind (`text`, `email`, `phone`, `date`, `number`, `choice`).
/// A malformed value is kept as it was said, so that a user can still read it.
#[must_use]
pub fn checked(kind: &str, said: &str, region: Option<&str>) -> (String, bool) {
    let said = said.trim();
    let well_formed = match kind {
        "email" => email(said),
        "phone" => phone::parse(said, region).ok().map(phone::E164::into_string),
        "date" => date(said),
        "number" => number(said),
        _ => (!said.is_empty()).then(|| said.to_owned()),
    };
    match well_formed {
        Some(value) => (value, true),
        None => (said.to_owned(), false),
    }
}

/// An e-mail address: one `@` and a host with a dot. The rare forms of RFC 5321 (quoted names, comments) are refused: callers
/// do not dictate them.
fn email(text: &str) -> Option<String> {
    let (name, host) = text.split_once('@')?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'');
    let name_ok = (1..=64).contains(&name.len())
        && name.chars().all(is_name)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..");
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let labels: Vec<_> = host.split('.').collect();
    let top_ok = labels
        .last()
        .is_some_and(|top| top.chars().count() >= 2 && top.chars().all(char::is_alphabetic));
    let host_ok = host.len() <= 253 && labels.len() >= 2 && labels.iter().all(|label| label_ok(label)) && top_ok;
    (name_ok && host_ok).then(|| format!("{name}@{}", host.to_lowercase()))
}

/// A date in ISO 8601, the format that the model is asked for.
fn date(text: &str) -> Option<String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .map(|date| date.to_string())
}

fn number(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '\'')).collect();
    let value: f64 = plain.parse().ok()?;
    value.is_finite().then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_email_is_kept_as_said() {
        assert_eq!(
            checked("email", " ann.lee@Example.COM ", None),
            ("ann.lee@example.com".into(), true)
        );
        for text in [
            "ann",
            "ann@host",
            "ann@@example.com",
            "a b@example.com",
            ".a@example.com",
            "ann@exa_mple.com",
            "ann@example.c0m",
            "My mail is ann@example.com",
        ] {
            assert_eq!(checked("email", text, None), (text.into(), false), "{text}");
        }
    }

    #[test]
    fn phone_number_is_normalized_to_e164() {
        assert_eq!(
            checked("phone", "(202) 555-0143", Some("US")),
            ("+12025550143".into(), true)
        );
        assert_eq!(
            checked("phone", "five five five", Some("US")),
            ("five five five".into(), false)
        );
    }

    #[test]
    fn date_must_exist() {
        assert_eq!(checked("date", "2026-02-28", None), ("2026-02-28".into(), true));
        assert_eq!(checked("date", "2026-02-30", None), ("2026-02-30".into(), false));
        assert_eq!(checked("date", "next Tuesday", None), ("next Tuesday".into(), false));
    }

    #[test]
    fn number_must_be_finite() {
        assert_eq!(checked("number", "1,250.50", None), ("1250.50".into(), true));
        assert_eq!(checked("number", "a dozen", None), ("a dozen".into(), false));
        assert_eq!(checked("number", "inf", None), ("inf".into(), false));
    }

    #[test]
    fn text_must_not_be_blank() {
        assert_eq!(checked("text", " Ann ", None), ("Ann".into(), true));
        assert_eq!(checked("text", "  ", None), (String::new(), false));
    }
}
