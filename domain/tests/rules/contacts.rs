//! Contacts.

use crate::fixtures::{CALLER, USER, second};
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
fn add_repeated_or_without_an_e164_number_is_refused() {
    given([]).when(add(CALLER)).then_expect_events(vec![added()]);
    given([added()])
        .when(add(CALLER))
        .then_expect_error(ContactError::AlreadyExists);
    given([])
        .when(add("202 555 0143"))
        .then_expect_error_message("phone is not a number in E.164 form");
}

#[test]
fn rename_records_only_the_changed_fields() {
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
fn rename_of_an_unknown_removed_or_erased_contact_is_refused() {
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
fn erase_removes_name_and_number_from_the_state() {
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
fn remove_repeated_has_no_effect() {
    let remove = ContactCommand::Remove {
        at: second(2),
        by: USER.into(),
    };
    given([added()])
        .when(remove.clone())
        .then_expect_events(vec![removed()]);
    given([added(), removed()]).when(remove).then_expect_events(vec![]);
}
