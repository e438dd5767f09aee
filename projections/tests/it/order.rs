//! Any order, repetition or delay of one call's callbacks results in the same rows, in every model.

use crate::support::*;
use domain::call::CallEvent;
use domain::call::value::{ClockSource, Grade, Outcome, ParticipantRole, Phase, VoicemailReason};
use infra::event_store::Recorded;
use projections::call_log::CallLogModel;
use projections::contacts::ContactsModel;
use projections::dashboard::DashboardModel;
use projections::engine::ReadModel;
use projections::live_calls::LiveCallsModel;
use projections::persona_feedback::FeedbackModel;
use projections::rows::Rows;
use projections::work::WorkModel;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The rows of a model for these events, as text.
fn rows_of<M: ReadModel>(events: &[Arc<Recorded>]) -> BTreeMap<&'static str, Vec<String>> {
    let mut document = M::Doc::default();
    for event in events.iter().filter(|event| M::concerns(&event.event)) {
        M::fold(&mut document, event);
    }
    let mut rows = Rows::default();
    M::rows("CA1", &document, &mut rows);
    shown_rows::<M>(&rows)
}

fn shown_rows<M: ReadModel>(rows: &Rows) -> BTreeMap<&'static str, Vec<String>> {
    rows.tables()
        .map(|(name, rows)| {
            let table = M::TABLES.iter().find(|table| table.name == name).expect("a table");
            let mut rows: Vec<_> = rows.iter().map(|row| shown(table, row)).collect();
            rows.sort();
            (name, rows)
        })
        .collect()
}

pub fn rows_of_every_model(events: Vec<CallEvent>) -> Vec<BTreeMap<&'static str, Vec<String>>> {
    let events = of_one_call(events);
    vec![
        rows_of::<CallLogModel>(&events),
        rows_of::<DashboardModel>(&events),
        rows_of::<LiveCallsModel>(&events),
        rows_of::<FeedbackModel>(&events),
        rows_of::<ContactsModel>(&events),
        rows_of::<WorkModel>(&events),
    ]
}

fn clock() -> impl Strategy<Value = ClockSource> {
    prop::sample::select(vec![Local, Provider])
}

/// An event from a callback.
fn callback() -> impl Strategy<Value = CallEvent> {
    let outcome = prop::sample::select(Outcome::ALL);
    let phase = prop::sample::select(Phase::ALL);
    let role = prop::sample::select(ParticipantRole::ALL);
    let sid = prop::sample::select(vec!["CA1", "CA2", "CA3"]);
    let second = 0_i64..120;
    prop_oneof![
        Just(started(0, Provider)),
        Just(started(1, Local)),
        (second.clone(), clock()).prop_map(|(s, clock)| answered(s, clock)),
        second.clone().prop_map(inferred),
        (second.clone(), clock()).prop_map(|(s, clock)| CallEvent::CallRinging {
            at: at(s),
            clock,
            call_sid: "CA1".into()
        }),
        (second.clone(), clock(), outcome, prop::option::of(0_u32..100))
            .prop_map(|(s, clock, outcome, duration)| ended(s, clock, outcome, duration)),
        prop::sample::select(VoicemailReason::ALL).prop_map(to_voicemail),
        (1_u32..6, "[a-c]{1,3}").prop_map(|(turn, words)| caller_turn(turn, &words)),
        (1_u32..6, "[a-c]{1,3}").prop_map(|(turn, words)| ai_turn(turn, &words, 300 + turn)),
        (phase.clone(), prop::sample::select(vec!["RE1", "RE2"])).prop_map(|(phase, sid)| ready(phase, sid)),
        (phase.clone(), "[a-c]{1,4}").prop_map(|(phase, words)| transcript(phase, &words)),
        (phase.clone()).prop_map(|phase| CallEvent::RecordingStarted {
            at: at(4),
            phase,
            recording_sid: "RE1".into()
        }),
        (phase, "[a-c]").prop_map(|(phase, reason)| CallEvent::RecordingUnavailable {
            at: at(90),
            phase,
            recording_sid: Some("RE2".into()),
            reason,
            attempts: 1
        }),
        (second.clone(), clock(), sid.clone(), role.clone(), step()).prop_map(|(s, clock, sid, role, step)| {
            CallEvent::ParticipantJoined {
                at: at(s),
                clock,
                call_sid: sid.into(),
                role,
                conference_sid: step.map(|(sid, _)| sid.into()),
                sequence_number: step.map(|(_, number)| number),
            }
        }),
        (second, clock(), sid, role, step()).prop_map(|(s, clock, sid, role, step)| {
            CallEvent::ParticipantLeft {
                at: at(s),
                clock,
                call_sid: sid.into(),
                role,
                conference_sid: step.map(|(sid, _)| sid.into()),
                sequence_number: step.map(|(_, number)| number),
            }
        }),
    ]
}

/// A conference, and the number of an event within it.
fn step() -> impl Strategy<Value = Option<(&'static str, u32)>> {
    prop::option::of((prop::sample::select(vec!["CF1", "CF2"]), 1_u32..4))
}

/// Actions of users, in their order.
fn user_actions() -> impl Strategy<Value = Vec<CallEvent>> {
    let action = prop_oneof![
        Just(graded(Grade::Good)),
        Just(graded(Grade::NeedsImprovement)),
        Just(CallEvent::GradeCleared {
            at: at(220),
            by: "u1".into()
        }),
        (1_u32..3).prop_map(|n| corrected(n, "say less")),
        (1_u32..3).prop_map(|correction| CallEvent::CorrectionWithdrawn {
            at: at(230),
            correction,
            by: "u2".into()
        }),
        Just(CallEvent::Resolved {
            at: at(240),
            disposition: "resolved".into(),
            label: None,
            by: "u1".into()
        }),
        Just(CallEvent::Reopened {
            at: at(250),
            by: "u1".into()
        }),
        Just(CallEvent::DetailsEdited {
            at: at(260),
            caller_name: Some("Ada King".into()),
            caller_number: None,
            notes: Some("knows us".into()),
            by: "u1".into()
        }),
        Just(CallEvent::CallHidden {
            at: at(270),
            by: "u1".into()
        }),
        Just(erased()),
        Just(CallEvent::TakenOver {
            at: at(20),
            user: "u1".into()
        }),
        Just(CallEvent::TakeoverFailed {
            at: at(25),
            user: "u1".into(),
            reason: "they left".into()
        }),
    ];
    prop::collection::vec(action, 0..5)
}

/// Callbacks followed by user actions, and the same callbacks in another order with repetitions, with the same actions
/// in between.
fn two_orders() -> impl Strategy<Value = (Vec<CallEvent>, Vec<CallEvent>)> {
    (prop::collection::vec(callback(), 1..14), user_actions()).prop_flat_map(|(callbacks, actions)| {
        let again = prop::sample::subsequence(callbacks.clone(), 0..=callbacks.len());
        let shuffled = again.prop_map({
            let callbacks = callbacks.clone();
            move |again| [callbacks.clone(), again].concat()
        });
        let shuffled = shuffled.prop_shuffle();
        let gaps = prop::collection::vec(any::<prop::sample::Index>(), actions.len());
        (Just(callbacks), shuffled, gaps).prop_map(move |(callbacks, shuffled, gaps)| {
            let plain = [callbacks, actions.clone()].concat();
            let mut places: Vec<_> = gaps.iter().map(|gap| gap.index(shuffled.len() + 1)).collect();
            places.sort_unstable();
            let mut mixed = shuffled;
            for (place, action) in places.into_iter().zip(&actions).rev() {
                mixed.insert(place, action.clone());
            }
            (plain, mixed)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn callbacks_in_any_order_with_repetitions_result_in_the_same_rows((plain, mixed) in two_orders()) {
        for (plain, mixed) in rows_of_every_model(plain).into_iter().zip(rows_of_every_model(mixed)) {
            prop_assert_eq!(plain, mixed);
        }
    }

    #[test]
    fn delayed_callbacks_result_in_the_same_rows_once_provider_times_are_known(
        delays in prop::collection::vec(0_i64..10_000, 5),
        order in Just((0..5).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let local = |delay: i64| vec![
            started(delay, Local),
            answered(delay, Local),
            CallEvent::CallRinging { at: at(delay), clock: ClockSource::Local, call_sid: "CA1".into() },
            ended(delay, Local, Outcome::Completed, None),
            inferred(delay),
        ];
        let provider = || vec![answered(5, Provider), ended(65, Provider, Outcome::Completed, Some(60))];
        let mut late: Vec<CallEvent> = order.iter().map(|n| local(delays[*n])[*n].clone()).collect();
        let prompt = [vec![started(0, Local)], provider()].concat();
        // Ringing without a provider time keeps its local time, which no row shows.
        late.retain(|event| !matches!(event, CallEvent::CallRinging { .. }));
        let late = [provider(), late].concat();
        for (prompt, late) in rows_of_every_model(prompt).into_iter().zip(rows_of_every_model(late)) {
            prop_assert_eq!(prompt, late);
        }
    }
}

#[test]
fn inferred_start_is_replaced_by_the_reported_start_field_by_field() {
    let clean = rows_of_every_model(vec![
        started(0, Provider),
        ended(60, Provider, Outcome::Completed, Some(50)),
    ]);
    let late = rows_of_every_model(vec![
        inferred(60),
        ended(60, Provider, Outcome::Completed, Some(50)),
        started(0, Provider),
    ]);
    assert_eq!(clean, late);
}

#[test]
fn late_and_better_end_callback_improves_the_row() {
    let poor = ended(61, Local, Outcome::NoAnswer, None);
    let rich = ended(60, Provider, Outcome::Completed, Some(50));
    let late = rows_of::<CallLogModel>(&of_one_call([started(0, Provider), poor, rich]));
    let row = &late["calls"][0];
    assert!(
        row.contains("outcome=completed") && row.contains("duration_s=50"),
        "{row}"
    );
    assert!(row.contains(&format!("ended_at={}", at(60).as_micros())), "{row}");
}

#[test]
fn call_without_a_provider_start_started_its_duration_before_its_end() {
    let rows = rows_of::<CallLogModel>(&of_one_call([
        started(7, Local),
        ended(60, Provider, Outcome::Completed, Some(50)),
    ]));
    let row = &rows["calls"][0];
    assert!(row.contains(&format!("started_at={}", at(10).as_micros())), "{row}");
}

#[test]
fn late_callback_does_not_make_an_ended_call_live_again() {
    let rows = rows_of::<LiveCallsModel>(&of_one_call([
        ended(60, Provider, Outcome::Completed, Some(50)),
        started(0, Provider),
        caller_turn(2, "hello"),
    ]));
    assert!(rows.is_empty(), "{rows:?}");
}

#[test]
fn erased_call_has_no_personal_value_in_any_model() {
    let events = [full_call(), vec![erased()]].concat();
    for rows in rows_of_every_model(events) {
        let text = format!("{rows:?}").to_lowercase();
        for personal in [
            "ada",
            "15550100001",
            "book a table",
            "four",
            "ask for the name",
            "for how",
        ] {
            assert!(!text.contains(personal), "{personal} is still in {text}");
        }
    }
}

#[test]
fn erased_call_has_the_same_rows_whether_its_values_were_known_or_not() {
    let known = [full_call(), vec![erased()]].concat();
    // As read from the log after the key is destroyed.
    let unknown: Vec<CallEvent> = known.iter().map(without_personal_values).collect();
    assert_eq!(rows_of_every_model(known), rows_of_every_model(unknown));
}
