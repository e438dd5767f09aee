//! Merging and validation of the settings of an agent.

use super::event::{AgentSettings, CallLimits, EmergencySettings, FewShot, FieldToCollect};
use crate::invalid::{Invalid, non_blank};

/// Maximum length of a name, in characters.
const MAX_NAME: usize = 100;
/// Maximum length of a prompt, in characters.
const MAX_PROMPT: usize = 20_000;
/// Maximum length of a spoken text, in characters. Twilio's limit for `<Say>` is 4,096.
const MAX_SPOKEN: usize = 1_000;
/// Maximum number of examples, and of fields to collect.
const MAX_ENTRIES: usize = 50;
/// Maximum length of a number of the emergency services or a helpline, in characters.
const MAX_DIALED: usize = 20;
/// The kinds of fields to collect.
const FIELD_KINDS: &[&str] = &["text", "email", "phone", "date", "number", "choice"];

/// Calls a macro with the names of all fields.
macro_rules! each_setting {
    ($do:ident) => {
        $do!(
            name,
            prompt,
            greeting,
            voicemail_greeting,
            few_shot,
            voice,
            language,
            model,
            fields_to_collect,
            limits,
            emergency,
            recall_unverified_callers
        )
    };
}

impl AgentSettings {
    /// Applies an edit: its present settings replace, absent ones keep their value.
    pub fn overlay(&mut self, edit: &Self) {
        macro_rules! overlay {
            ($($field:ident),*) => { $( if edit.$field.is_some() { self.$field.clone_from(&edit.$field); } )* };
        }
        each_setting!(overlay);
    }

    /// The part of an edit that changes these settings.
    #[must_use]
    pub fn changes(&self, edit: &Self) -> Self {
        let mut changes = edit.clone();
        macro_rules! keep_changes {
            ($($field:ident),*) => { $( if edit.$field == self.$field { changes.$field = None; } )* };
        }
        each_setting!(keep_changes);
        changes
    }

    /// The limits of calls: the agent's own, else the default.
    #[must_use]
    pub fn call_limits(&self) -> CallLimits {
        self.limits.unwrap_or(CallLimits::DEFAULT)
    }

    /// The region of the agent's language, such as `US` in `en-US`.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        let is_region = |subtag: &&str| subtag.len() == 2 && subtag.bytes().all(|c| c.is_ascii_uppercase());
        self.language.as_deref()?.split('-').skip(1).find(is_region)
    }

    /// Refuses settings that are too long, malformed or out of range.
    ///
    /// # Errors
    /// Names the field.
    pub fn validate(&self) -> Result<(), Invalid> {
        for (field, text, max) in [
            ("name", &self.name, MAX_NAME),
            ("prompt", &self.prompt, MAX_PROMPT),
            ("greeting", &self.greeting, MAX_SPOKEN),
            ("voicemail_greeting", &self.voicemail_greeting, MAX_SPOKEN),
            ("voice", &self.voice, MAX_NAME),
            ("language", &self.language, MAX_NAME),
            ("model", &self.model, MAX_NAME),
        ] {
            text.as_ref().map_or(Ok(()), |text| non_blank(field, text, max))?;
        }
        if self.language.as_ref().is_some_and(|tag| !is_language_tag(tag)) {
            return Err(Invalid::new("language", "is not a language tag such as en-US"));
        }
        let is_voice = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if self.voice.as_ref().is_some_and(|voice| !voice.chars().all(is_voice)) {
            return Err(Invalid::new(
                "voice",
                "contains a character other than letters, digits, `.`, `-` and `_`",
            ));
        }
        self.few_shot.as_deref().map_or(Ok(()), examples)?;
        self.fields_to_collect.as_deref().map_or(Ok(()), fields)?;
        self.emergency.as_ref().map_or(Ok(()), emergency)?;
        if let Some(limits) = &self.limits {
            // Four hours is Twilio's own limit.
            if !(10..=14_400).contains(&limits.max_duration_s) {
                return Err(Invalid::new("limits.max_duration_s", "is not between 10 and 14400"));
            }
            if limits.silence_prompts > 10 {
                return Err(Invalid::new("limits.silence_prompts", "is more than 10"));
            }
        }
        Ok(())
    }
}

fn emergency(emergency: &EmergencySettings) -> Result<(), Invalid> {
    for (field, number) in [
        ("emergency.number", &emergency.number),
        ("emergency.helpline", &emergency.helpline),
    ] {
        let is_dialed = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '*' | '#');
        let is_number = |text: &String| {
            text.len() <= MAX_DIALED && text.chars().all(is_dialed) && text.chars().any(|c| c.is_ascii_digit())
        };
        if number.as_ref().is_some_and(|number| !is_number(number)) {
            return Err(Invalid::new(
                field,
                "is not a telephone number as a caller dials it, such as 911",
            ));
        }
    }
    let answer = emergency.answer.as_deref();
    answer.map_or(Ok(()), |answer| {
        non_blank("emergency.answer", answer, MAX_SPOKEN).map(drop)
    })
}

fn examples(examples: &[FewShot]) -> Result<(), Invalid> {
    if examples.len() > MAX_ENTRIES {
        return Err(Invalid::new(
            "few_shot",
            format!("has more than {MAX_ENTRIES} examples"),
        ));
    }
    examples.iter().try_for_each(|example| {
        non_blank("few_shot.caller", &example.caller, MAX_SPOKEN)?;
        non_blank("few_shot.agent", &example.agent, MAX_SPOKEN)
    })
}

fn fields(fields: &[FieldToCollect]) -> Result<(), Invalid> {
    if fields.len() > MAX_ENTRIES {
        return Err(Invalid::new(
            "fields_to_collect",
            format!("has more than {MAX_ENTRIES} fields"),
        ));
    }
    for (index, field) in fields.iter().enumerate() {
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        non_blank("fields_to_collect.name", &field.name, MAX_NAME)?;
        if !field.name.chars().all(is_name) {
            return Err(Invalid::new(
                "fields_to_collect.name",
                "contains a character other than a-z, 0-9 and _",
            ));
        }
        if fields[..index].iter().any(|other| other.name == field.name) {
            return Err(Invalid::new("fields_to_collect.name", "is used twice"));
        }
        if !FIELD_KINDS.contains(&field.kind.as_str()) {
            return Err(Invalid::new(
                "fields_to_collect.kind",
                format!("is none of {}", FIELD_KINDS.join(", ")),
            ));
        }
        non_blank("fields_to_collect.description", &field.description, MAX_SPOKEN)?;
    }
    Ok(())
}

/// Whether the text has the form of a language tag (RFC 5646, section 2.1): a language of two or three letters, then
/// subtags of one to eight letters and digits. Whether a voice supports it is not checked.
fn is_language_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let language = subtags
        .next()
        .is_some_and(|it| (2..=3).contains(&it.len()) && it.bytes().all(|c| c.is_ascii_alphabetic()));
    language && subtags.all(|it| (1..=8).contains(&it.len()) && it.bytes().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(settings: &AgentSettings) -> String {
        settings.validate().expect_err("is refused").to_string()
    }

    #[test]
    fn edit_replaces_only_present_settings() {
        let mut settings = AgentSettings {
            name: Some("Front desk".into()),
            ..AgentSettings::default()
        };
        let edit = AgentSettings {
            greeting: Some("Hello.".into()),
            ..AgentSettings::default()
        };
        settings.overlay(&edit);
        assert_eq!(settings.name.as_deref(), Some("Front desk"));
        assert_eq!(settings.greeting.as_deref(), Some("Hello."));
        assert_eq!(settings.changes(&edit), AgentSettings::default());
    }

    #[test]
    fn empty_or_too_long_greeting_is_refused() {
        let greeting = |text: &str| AgentSettings {
            greeting: Some(text.into()),
            ..AgentSettings::default()
        };
        assert_eq!(refused(&greeting("  ")), "greeting is empty");
        assert_eq!(
            refused(&greeting(&"a".repeat(1_001))),
            "greeting has more than 1000 characters"
        );
        assert_eq!(greeting(&"é".repeat(1_000)).validate(), Ok(()));
    }

    #[test]
    fn malformed_language_tag_is_refused() {
        let language = |tag: &str| AgentSettings {
            language: Some(tag.into()),
            ..AgentSettings::default()
        };
        for tag in ["en-US", "hi-IN", "cmn-Hans-CN", "es-419", "de"] {
            assert_eq!(language(tag).validate(), Ok(()), "{tag}");
        }
        for tag in ["e", "english", "en_US", "en-", "en-US\"/>", "12-US"] {
            assert_eq!(
                refused(&language(tag)),
                "language is not a language tag such as en-US",
                "{tag}"
            );
        }
    }

    #[test]
    fn duplicate_field_or_unknown_kind_is_refused() {
        let field = |name: &str, kind: &str| FieldToCollect {
            name: name.into(),
            description: "What is it?".into(),
            kind: kind.into(),
            required: true,
        };
        let collect = |fields| AgentSettings {
            fields_to_collect: Some(fields),
            ..AgentSettings::default()
        };
        assert_eq!(
            collect(vec![field("email", "email"), field("name", "text")]).validate(),
            Ok(())
        );
        assert_eq!(
            refused(&collect(vec![field("email", "email"), field("email", "text")])),
            "fields_to_collect.name is used twice"
        );
        assert!(refused(&collect(vec![field("age", "years")])).starts_with("fields_to_collect.kind is none of"));
        assert!(refused(&collect(vec![field("E-Mail", "email")])).starts_with("fields_to_collect.name contains"));
    }

    #[test]
    fn emergency_numbers_are_numbers_that_a_caller_dials() {
        let emergency = |number: &str, answer: Option<&str>| AgentSettings {
            emergency: Some(EmergencySettings {
                number: Some(number.into()),
                helpline: None,
                answer: answer.map(Into::into),
            }),
            ..AgentSettings::default()
        };
        for number in ["911", "116 123", "0800 111 0 111", "+44 116 123", "112"] {
            assert_eq!(emergency(number, None).validate(), Ok(()), "{number}");
        }
        for number in ["", "  ", "the police", "1".repeat(21).as_str()] {
            assert!(
                refused(&emergency(number, None)).starts_with("emergency.number is not"),
                "{number}"
            );
        }
        assert_eq!(refused(&emergency("911", Some(" "))), "emergency.answer is empty");
    }

    #[test]
    fn limits_out_of_range_are_refused() {
        let limits = |max_duration_s, silence_prompts| AgentSettings {
            limits: Some(CallLimits {
                max_duration_s,
                silence_prompts,
            }),
            ..AgentSettings::default()
        };
        assert_eq!(limits(300, 2).validate(), Ok(()));
        assert_eq!(
            refused(&limits(5, 2)),
            "limits.max_duration_s is not between 10 and 14400"
        );
        assert_eq!(refused(&limits(300, 11)), "limits.silence_prompts is more than 10");
    }
}
