//! The contacts.

use crate::given::{CALLER, USER, second};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use domain::Personal;
use domain::contact::{Contact, ContactCommand, ContactError, ContactEvent};

fn given(events: impl Into<Vec<ContactEvent>>) -> AggregateTestExecutor<Contact> {
    TestFramework::<Contact>::with(()).given(events.into())
}

fn add(phone: &str) -> ContactCommand {
    ContactCommand::Add {
        at: second(0),
        name: "Ada".into(),
        phone: phone.into(),
        by: USER.into(),
    }
}

fn added() -> ContactEvent {
    ContactEvent::ContactAdded {
        at: second(0),
        name: "Ada".into(),
        phone: CALLER.into(),
        by: USER.into(),
    }
}

fn rename(name: &str) -> ContactCommand {
    let phone = Some(CALLER.into());
    ContactCommand::Rename {
        at: second(1),
        name: name.into(),
        phone,
        by: USER.into(),
    }
}

fn removed() -> ContactEvent {
    ContactEvent::ContactRemoved {
        at: second(2),
        by: USER.into(),
    }
}

fn erased() -> ContactEvent {
    ContactEvent::ContactErased {
        at: second(3),
        ground: "request 7".into(),
        by: USER.into(),
    }
}

#[test]
fn a_contact_is_added_once_and_has_a_number() {
    given([]).when(add(CALLER)).then_expect_events(vec![added()]);
    given([added()])
        .when(add(CALLER))
        .then_expect_error(ContactError::AlreadyExists);
    given([])
        .when(add("202 555 0143"))
        .then_expect_error_message("phone is not a number in E.164 form");
}

#[test]
fn renaming_says_only_what_differs() {
    given([added()]).when(rename("Ada")).then_expect_events(vec![]);
    let renamed = ContactEvent::ContactRenamed {
        at: second(1),
        name: "Grace".into(),
        phone: None,
        by: USER.into(),
    };
    given([added()]).when(rename("Grace")).then_expect_events(vec![renamed]);
    given([added()])
        .when(rename(" "))
        .then_expect_error_message("name is empty");
}

#[test]
fn who_was_removed_or_erased_cannot_be_renamed() {
    given([])
        .when(rename("Grace"))
        .then_expect_error(ContactError::NotFound);
    given([added(), removed()])
        .when(rename("Grace"))
        .then_expect_error(ContactError::Removed);
    given([added(), erased()])
        .when(rename("Grace"))
        .then_expect_error(ContactError::Erased);
}

#[test]
fn a_wish_not_to_be_called_outlives_the_contact() {
    let list = ContactCommand::ListDoNotCall {
        at: second(4),
        reason: "asked".into(),
        by: USER.into(),
    };
    let listed = ContactEvent::DoNotCallListed {
        at: second(4),
        reason: "asked".into(),
        by: USER.into(),
    };
    given([added(), removed()])
        .when(list.clone())
        .then_expect_events(vec![listed.clone()]);
    given([added(), listed.clone()]).when(list).then_expect_events(vec![]);
    let lift = ContactCommand::LiftDoNotCall {
        at: second(5),
        reason: "asked".into(),
        by: USER.into(),
    };
    let lifted = ContactEvent::DoNotCallLifted {
        at: second(5),
        reason: "asked".into(),
        by: USER.into(),
    };
    given([added(), listed])
        .when(lift.clone())
        .then_expect_events(vec![lifted]);
    given([added()]).when(lift).then_expect_events(vec![]);
}

#[test]
fn erasing_forgets_name_and_number() {
    let mut contact = Contact::default();
    for event in &[added(), erased()] {
        contact.apply(event);
    }
    assert_eq!(
        (contact.name, contact.phone),
        (Some(Personal::Erased), Some(Personal::Erased))
    );
    let erase = ContactCommand::Erase {
        at: second(9),
        ground: "request 8".into(),
        by: USER.into(),
    };
    given([added(), erased()]).when(erase).then_expect_events(vec![]);
}

#[test]
fn removing_twice_removes_once() {
    let remove = ContactCommand::Remove {
        at: second(2),
        by: USER.into(),
    };
    given([added()])
        .when(remove.clone())
        .then_expect_events(vec![removed()]);
    given([added(), removed()]).when(remove).then_expect_events(vec![]);
}
