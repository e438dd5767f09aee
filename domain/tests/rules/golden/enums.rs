//! The text forms of the enums in events, in `tests/golden/enums.json`. A text form may be added, never renamed or removed.

use super::{is_update, read, write};
use domain::call::value::{
    AnsweredBy, CallClass, CallerIntent, ClockSource, DialEvidence, DialFailure, Direction, EndedBy, Grade, Outcome,
    ParticipantRole, Phase, Purpose, Sentiment, VoicemailReason,
};
use domain::callee::SuppressionOrigin;
use domain::ledger::LedgerClock;
use domain::user::Role;
use std::collections::{BTreeMap, BTreeSet};

type Enums = BTreeMap<String, BTreeSet<String>>;

macro_rules! enums {
    ($($name:ident),*) => {
        BTreeMap::from([$(
            (stringify!($name).to_owned(), $name::ALL.iter().map(ToString::to_string).collect())
        ),*])
    };
}

fn current() -> Enums {
    enums!(
        AnsweredBy,
        CallClass,
        CallerIntent,
        ClockSource,
        DialEvidence,
        DialFailure,
        Direction,
        EndedBy,
        Grade,
        LedgerClock,
        Outcome,
        ParticipantRole,
        Phase,
        Purpose,
        Role,
        Sentiment,
        SuppressionOrigin,
        VoicemailReason
    )
}

#[test]
fn text_forms_of_enums_are_not_renamed_or_removed() {
    let current = current();
    let golden: Enums =
        read("enums.json").map_or_else(BTreeMap::new, |text| serde_json::from_str(&text).expect("is JSON"));
    for (name, texts) in &golden {
        for text in texts {
            assert!(
                current.get(name).is_some_and(|current| current.contains(text)),
                "{name} no longer has `{text}`: stored events with it cannot be read any more"
            );
        }
    }
    if is_update() {
        let text = serde_json::to_string_pretty(&current).expect("serializes");
        write("enums.json", &format!("{text}\n"));
    } else {
        assert_eq!(golden, current, "enums.json lacks a text form: UPDATE_GOLDEN=1 adds it");
    }
}
