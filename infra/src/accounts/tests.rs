use super::*;
use domain::Timestamp;

async fn people() -> (tempfile::TempDir, Accounts) {
    let folder = tempfile::tempdir().expect("a folder");
    let people = Accounts::open(&DatabaseUrl::Folder(folder.path().into()))
        .await
        .expect("opens");
    (folder, people)
}

fn new(id: &str) -> NewUser {
    NewUser {
        user_id: format!("user_{id}"),
        email: format!("{id}@example.org"),
        name: id.to_owned(),
        password_hash: "x".into(),
        at: Timestamp(1),
    }
}

fn invitation(email: &str, role: Role) -> Invitation {
    Invitation {
        tenant: "default".into(),
        email: email.into(),
        role,
        invited_by: "user_a".into(),
        created_at: 1,
        expires_at: 100,
    }
}

async fn registered(people: &Accounts, id: &str, hash: Option<&str>) -> Registration {
    people.register(&new(id), hash).await.expect("the database answers")
}

fn role(registration: &Registration) -> Option<Role> {
    match registration {
        Registration::Done(user) => Some(user.role),
        Registration::EmailTaken | Registration::NotInvited => None,
    }
}

#[tokio::test]
async fn the_first_to_register_becomes_admin_and_the_second_needs_an_invitation() {
    let (_folder, people) = people().await;
    assert!(people.is_empty().await.expect("answers"));
    assert_eq!(role(&registered(&people, "a", None).await), Some(Role::Admin));
    assert_eq!(registered(&people, "b", None).await, Registration::NotInvited);
    people
        .invite("hash", &invitation("b@example.org", Role::Auditor))
        .await
        .expect("invited");
    assert_eq!(role(&registered(&people, "b", Some("hash")).await), Some(Role::Auditor));
}

#[tokio::test]
async fn of_two_who_register_first_at_once_only_one_becomes_admin() {
    let (_folder, people) = people().await;
    let (first, second) = tokio::join!(registered(&people, "a", None), registered(&people, "b", None));
    let admins = [first, second]
        .iter()
        .filter(|registration| role(registration) == Some(Role::Admin))
        .count();
    assert_eq!(admins, 1);
}

#[tokio::test]
async fn an_invitation_is_for_one_address_and_one_use() {
    let (_folder, people) = people().await;
    registered(&people, "a", None).await;
    people
        .invite("hash", &invitation("b@example.org", Role::Agent))
        .await
        .expect("invited");
    assert_eq!(
        registered(&people, "c", Some("hash")).await,
        Registration::NotInvited,
        "another's"
    );
    assert!(role(&registered(&people, "b", Some("hash")).await).is_some());
    let again = NewUser {
        user_id: "user_d".into(),
        ..new("b")
    };
    assert_eq!(
        people.register(&again, Some("hash")).await.expect("answers"),
        Registration::NotInvited,
        "used"
    );
}

#[tokio::test]
async fn an_old_invitation_is_none() {
    let (_folder, people) = people().await;
    registered(&people, "a", None).await;
    people
        .invite("hash", &invitation("b@example.org", Role::Agent))
        .await
        .expect("invited");
    let late = NewUser {
        at: Timestamp(100),
        ..new("b")
    };
    assert_eq!(
        people.register(&late, Some("hash")).await.expect("answers"),
        Registration::NotInvited
    );
}

#[tokio::test]
async fn a_taken_address_is_told() {
    let (_folder, people) = people().await;
    registered(&people, "a", None).await;
    people
        .invite("hash", &invitation("a@example.org", Role::Agent))
        .await
        .expect("invited");
    let again = NewUser {
        user_id: "user_b".into(),
        ..new("a")
    };
    assert_eq!(
        people.register(&again, Some("hash")).await.expect("answers"),
        Registration::EmailTaken
    );
}

#[tokio::test]
async fn a_session_ends_by_itself_by_order_and_with_its_user() {
    let (_folder, people) = people().await;
    registered(&people, "a", None).await;
    let whose = async |now| {
        people
            .user_of_session("s", Timestamp(now))
            .await
            .expect("answers")
            .map(|user| user.user_id)
    };
    people
        .begin_session("s", "user_a", Timestamp(1), Timestamp(10))
        .await
        .expect("begun");
    assert_eq!(whose(9).await.as_deref(), Some("user_a"));
    assert_eq!(whose(10).await, None, "too old");
    people
        .change_user(
            "user_a",
            &UserChange {
                active: Some(false),
                ..UserChange::default()
            },
        )
        .await
        .expect("changed");
    assert_eq!(whose(9).await, None, "may no longer sign in");
    people
        .change_user(
            "user_a",
            &UserChange {
                active: Some(true),
                ..UserChange::default()
            },
        )
        .await
        .expect("changed");
    people.end_session("s").await.expect("ended");
    assert_eq!(whose(9).await, None, "signed out");
}

#[tokio::test]
async fn a_token_is_its_users_until_it_expires_or_is_taken_back() {
    let (_folder, people) = people().await;
    registered(&people, "a", None).await;
    let token = ApiToken {
        token_id: "token_1".into(),
        label: "ci".into(),
        created_at: 1,
        expires_at: Some(10),
    };
    people.add_token("user_a", "t", &token).await.expect("added");
    assert!(
        people
            .user_of_token("t", Timestamp(9))
            .await
            .expect("answers")
            .is_some()
    );
    assert!(
        people
            .user_of_token("t", Timestamp(10))
            .await
            .expect("answers")
            .is_none()
    );
    assert_eq!(people.tokens_of("user_a").await.expect("answers"), [token]);
    assert!(
        !people.remove_token("user_b", "token_1").await.expect("answers"),
        "not theirs"
    );
    assert!(people.remove_token("user_a", "token_1").await.expect("answers"));
    assert!(
        people
            .user_of_token("t", Timestamp(9))
            .await
            .expect("answers")
            .is_none()
    );
}

#[tokio::test]
async fn an_edit_changes_only_what_it_names() {
    let (_folder, people) = people().await;
    registered(&people, "a", None).await;
    let change = UserChange {
        name: Some("Ada".into()),
        ..UserChange::default()
    };
    assert!(people.change_user("user_a", &change).await.expect("answers"));
    let user = people.user("user_a").await.expect("answers").expect("there");
    assert_eq!((user.name.as_str(), user.role, user.active), ("Ada", Role::Admin, true));
    assert!(!people.has_other_admin(&user).await.expect("answers"));
    assert!(!people.change_user("user_x", &change).await.expect("answers"));
}
