use super::*;
use crate::event_store::Actor;
use domain::Timestamp;
use domain::user::UserEvent;
use std::net::{IpAddr, Ipv4Addr};

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

async fn open_accounts() -> (tempfile::TempDir, Accounts) {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = Accounts::open(&DatabaseUrl::Folder(folder.path().into()))
        .await
        .expect("opens");
    (folder, accounts)
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
        user_id: email.split_once('@').map(|(id, _)| format!("user_{id}")),
        tenant: "default".into(),
        email: email.into(),
        role,
        invited_by: "user_a".into(),
        created_at: 1,
        expires_at: 100,
    }
}

fn origin() -> Origin {
    Origin::of(Actor::Cli("ada".to_owned()))
}

async fn user(accounts: &Accounts, user_id: &str) -> User {
    accounts.user(user_id).await.expect("query").expect("there")
}

/// The types of the stored events, with the ids of their users.
async fn stored(accounts: &Accounts) -> Vec<(String, UserEvent)> {
    let pending = accounts.pending_events(1_000).await.expect("query");
    let event = |pending: PendingEvent| {
        let event = serde_json::from_str(&pending.event).expect("is an event");
        (pending.user_id, event)
    };
    pending.into_iter().map(event).collect()
}

async fn stored_names(accounts: &Accounts) -> Vec<&'static str> {
    let all = stored(accounts).await;
    all.iter().map(|(_, event)| event.name()).collect()
}

async fn registered(accounts: &Accounts, id: &str, hash: Option<&str>) -> Registration {
    accounts.register(&new(id), hash, "request").await.expect("query")
}

fn role(registration: &Registration) -> Option<Role> {
    match registration {
        Registration::Done(user) => Some(user.role),
        Registration::EmailTaken | Registration::NotInvited | Registration::UnknownTenant => None,
    }
}

#[tokio::test]
async fn first_user_becomes_admin_and_others_need_an_invitation() {
    let (_folder, accounts) = open_accounts().await;
    assert!(accounts.is_empty().await.expect("query"));
    assert_eq!(role(&registered(&accounts, "a", None).await), Some(Role::Admin));
    assert_eq!(registered(&accounts, "b", None).await, Registration::NotInvited);
    accounts
        .invite("hash", &invitation("b@example.org", Role::Auditor), &origin())
        .await
        .expect("invited");
    assert_eq!(
        role(&registered(&accounts, "b", Some("hash")).await),
        Some(Role::Auditor)
    );
}

#[tokio::test]
async fn concurrent_first_registrations_create_one_admin() {
    let (_folder, accounts) = open_accounts().await;
    let (first, second) = tokio::join!(registered(&accounts, "a", None), registered(&accounts, "b", None));
    let admins = [first, second]
        .iter()
        .filter(|registration| role(registration) == Some(Role::Admin))
        .count();
    assert_eq!(admins, 1);
}

#[tokio::test]
async fn invitation_is_valid_for_one_address_and_one_use() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    accounts
        .invite("hash", &invitation("b@example.org", Role::Agent), &origin())
        .await
        .expect("invited");
    assert_eq!(
        registered(&accounts, "c", Some("hash")).await,
        Registration::NotInvited,
        "another address"
    );
    assert!(role(&registered(&accounts, "b", Some("hash")).await).is_some());
    let again = NewUser {
        user_id: "user_d".into(),
        ..new("b")
    };
    assert_eq!(
        accounts.register(&again, Some("hash"), "request").await.expect("query"),
        Registration::NotInvited,
        "used"
    );
}

#[tokio::test]
async fn expired_invitation_is_refused() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    accounts
        .invite("hash", &invitation("b@example.org", Role::Agent), &origin())
        .await
        .expect("invited");
    let late = NewUser {
        at: Timestamp(100),
        ..new("b")
    };
    assert_eq!(
        accounts.register(&late, Some("hash"), "request").await.expect("query"),
        Registration::NotInvited
    );
}

#[tokio::test]
async fn registration_with_a_used_address_returns_email_taken() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    accounts
        .invite("hash", &invitation("a@example.org", Role::Agent), &origin())
        .await
        .expect("invited");
    let again = NewUser {
        user_id: "user_b".into(),
        ..new("a")
    };
    assert_eq!(
        accounts.register(&again, Some("hash"), "request").await.expect("query"),
        Registration::EmailTaken
    );
}

#[tokio::test]
async fn session_ends_by_expiry_sign_out_and_deactivation() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    let user_a = user(&accounts, "user_a").await;
    let user_of = async |now| {
        accounts
            .user_of_session("s", Timestamp(now))
            .await
            .expect("query")
            .map(|user| user.user_id)
    };
    accounts
        .begin_session("s", &user_a, (Timestamp(1), Timestamp(10)), ADDRESS, &origin())
        .await
        .expect("created");
    assert_eq!(user_of(9).await.as_deref(), Some("user_a"));
    assert_eq!(user_of(10).await, None, "expired");
    accounts
        .change_user(
            "user_a",
            &UserChange {
                active: Some(false),
                ..UserChange::default()
            },
            Timestamp(2),
            &origin(),
        )
        .await
        .expect("changed");
    assert_eq!(user_of(9).await, None, "inactive");
    accounts
        .change_user(
            "user_a",
            &UserChange {
                active: Some(true),
                ..UserChange::default()
            },
            Timestamp(2),
            &origin(),
        )
        .await
        .expect("changed");
    accounts
        .end_session("s", &user_a, Timestamp(3), &origin())
        .await
        .expect("ended");
    assert_eq!(user_of(9).await, None, "signed out");
}

#[tokio::test]
async fn token_is_valid_until_it_expires_or_is_deleted() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    let token = ApiToken {
        token_id: "token_1".into(),
        label: "ci".into(),
        created_at: 1,
        expires_at: Some(10),
    };
    let user_a = user(&accounts, "user_a").await;
    accounts
        .add_token(&user_a, "t", &token, &origin())
        .await
        .expect("added");
    assert!(
        accounts
            .user_of_token("t", Timestamp(9))
            .await
            .expect("query")
            .is_some()
    );
    assert!(
        accounts
            .user_of_token("t", Timestamp(10))
            .await
            .expect("query")
            .is_none()
    );
    assert_eq!(accounts.tokens_of("user_a").await.expect("query"), [token]);
    let remove = async |user_id: &str| {
        let other = User {
            user_id: user_id.to_owned(),
            ..user_a.clone()
        };
        accounts.remove_token(&other, "token_1", Timestamp(3), &origin()).await
    };
    assert!(!remove("user_b").await.expect("query"), "of another user");
    assert!(remove("user_a").await.expect("query"));
    assert!(
        accounts
            .user_of_token("t", Timestamp(9))
            .await
            .expect("query")
            .is_none()
    );
}

#[tokio::test]
async fn change_leaves_absent_fields_unchanged() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    let change = UserChange {
        name: Some("Ada".into()),
        ..UserChange::default()
    };
    assert!(
        accounts
            .change_user("user_a", &change, Timestamp(2), &origin())
            .await
            .expect("query")
    );
    let user = accounts.user("user_a").await.expect("query").expect("there");
    assert_eq!((user.name.as_str(), user.role, user.active), ("Ada", Role::Admin, true));
    assert!(!accounts.has_other_admin(&user).await.expect("query"));
    assert!(
        !accounts
            .change_user("user_x", &change, Timestamp(2), &origin())
            .await
            .expect("query")
    );
}

#[tokio::test]
async fn each_change_of_a_user_stores_what_it_changed() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    let change = UserChange {
        // Unchanged: not an event.
        name: Some("a".into()),
        role: Some(Role::Auditor),
        active: Some(false),
        password_hash: Some("y".into()),
    };
    accounts
        .change_user("user_a", &change, Timestamp(2), &origin())
        .await
        .expect("changed");
    assert_eq!(
        stored_names(&accounts).await,
        ["UserRegistered", "RoleChanged", "UserDeactivated", "PasswordChanged"]
    );
    let first = accounts.pending_events(1).await.expect("query").remove(0);
    assert_eq!(
        (first.actor.as_str(), first.tenant.as_str()),
        ("user:user_a", "default")
    );
    assert!(!first.event.contains("password_hash"), "{}", first.event);
    accounts.forget_event(&first.event_id).await.expect("forgotten");
    assert_eq!(stored_names(&accounts).await.first(), Some(&"RoleChanged"));
}

#[tokio::test]
async fn refused_registration_stores_no_event() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    assert_eq!(registered(&accounts, "b", None).await, Registration::NotInvited);
    assert_eq!(stored_names(&accounts).await, ["UserRegistered"]);
}

#[tokio::test]
async fn invited_person_gets_the_id_of_the_invitation() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    accounts
        .invite("hash", &invitation("b@example.org", Role::Agent), &origin())
        .await
        .expect("invited");
    let other_id = NewUser {
        user_id: "user_of_the_request".into(),
        ..new("b")
    };
    let done = accounts
        .register(&other_id, Some("hash"), "request")
        .await
        .expect("query");
    assert!(matches!(done, Registration::Done(user) if user.user_id == "user_b"));
    let of_b = stored(&accounts).await;
    let of_b: Vec<_> = of_b
        .iter()
        .filter(|(id, _)| id == "user_b")
        .map(|(_, event)| event.name())
        .collect();
    assert_eq!(of_b, ["UserInvited", "UserRegistered"]);
}

#[tokio::test]
async fn wrong_passwords_of_a_minute_are_one_event_for_each_address() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    let other = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 8));
    for (second, address) in [
        (60, ADDRESS),
        (61, ADDRESS),
        (90, other),
        (119, ADDRESS),
        (120, ADDRESS),
    ] {
        accounts
            .count_failed_sign_in("user_a", address, Timestamp::from_seconds(second))
            .await
            .expect("counted");
    }
    let failed = async || {
        let all = stored(&accounts).await;
        let mut counts: Vec<_> = all
            .into_iter()
            .filter_map(|(_, event)| match event {
                UserEvent::SignInFailed { at, count, address, .. } => {
                    Some((at.as_micros() / 60_000_000, address.into_known(), count))
                }
                _ => None,
            })
            .collect();
        counts.sort();
        counts
    };
    accounts
        .record_failed_sign_ins(Timestamp::from_seconds(119))
        .await
        .expect("recorded");
    assert_eq!(failed().await, [], "the minute has not ended");
    for _ in 0..2 {
        accounts
            .record_failed_sign_ins(Timestamp::from_seconds(121))
            .await
            .expect("recorded");
        let expected = [(1, Some(ADDRESS.to_string()), 3), (1, Some(other.to_string()), 1)];
        assert_eq!(failed().await, expected);
    }
}

#[tokio::test]
async fn erased_user_leaves_a_row_without_personal_values() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    let user_a = user(&accounts, "user_a").await;
    accounts
        .begin_session("s", &user_a, (Timestamp(1), Timestamp(100)), ADDRESS, &origin())
        .await
        .expect("created");
    accounts
        .erase_user(&user_a, "request 7", Timestamp(5), &origin())
        .await
        .expect("erased");
    assert_eq!(
        stored_names(&accounts).await,
        ["UserErased"],
        "the others name the person"
    );
    let row = user(&accounts, "user_a").await;
    assert!(!row.active && !row.operator && row.password_hash.is_empty());
    assert!(
        !row.email.contains("example") && row.name != "a",
        "{} {}",
        row.email,
        row.name
    );
    assert!(
        accounts
            .user_of_session("s", Timestamp(6))
            .await
            .expect("query")
            .is_none()
    );
    let again = registered(&accounts, "a", None).await;
    assert_eq!(again, Registration::NotInvited, "the first user remains the first");
}

#[tokio::test]
async fn first_user_operates_the_installation_and_others_by_grant() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    let added = accounts
        .add_user(&new("b"), "default", Role::Analyst, &origin())
        .await
        .expect("query");
    assert!(role(&added).is_some());
    let (a, b) = (user(&accounts, "user_a").await, user(&accounts, "user_b").await);
    assert_eq!((a.operator, b.operator), (true, false));
    assert!(!accounts.has_other_operator(&a).await.expect("query"));
    let grant = async || {
        accounts
            .set_operator(&b, true, Timestamp(3), &origin())
            .await
            .expect("query")
    };
    assert!(grant().await);
    assert!(!grant().await, "already");
    assert!(accounts.has_other_operator(&a).await.expect("query"));
    let granted = stored_names(&accounts).await;
    assert_eq!(granted.iter().filter(|name| **name == "OperatorGranted").count(), 1);
}

#[tokio::test]
async fn users_are_added_to_existing_tenants_only() {
    let (_folder, accounts) = open_accounts().await;
    let add = async || {
        let added = accounts.add_user(&new("a"), "acme", Role::Admin, &origin()).await;
        added.expect("query")
    };
    assert_eq!(add().await, Registration::UnknownTenant);
    for name in ["", "Acme", "a b", "installation", "é", &"a".repeat(65)] {
        let refused = accounts.add_tenant(name, Timestamp(1)).await;
        assert!(matches!(refused, Err(AddTenantError::Name)), "{name}");
    }
    accounts.add_tenant("acme", Timestamp(1)).await.expect("added");
    let again = accounts.add_tenant("acme", Timestamp(2)).await;
    assert!(matches!(again, Err(AddTenantError::Exists)));
    assert!(role(&add().await).is_some());
    let tenants = accounts.tenants().await.expect("query");
    let counts: Vec<_> = tenants
        .iter()
        .map(|tenant| (tenant.tenant.as_str(), tenant.users, tenant.admins))
        .collect();
    assert_eq!(counts, [("acme", 1, 1), ("default", 0, 0)]);
}
