use super::*;
use domain::Timestamp;

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
        tenant: "default".into(),
        email: email.into(),
        role,
        invited_by: "user_a".into(),
        created_at: 1,
        expires_at: 100,
    }
}

async fn registered(accounts: &Accounts, id: &str, hash: Option<&str>) -> Registration {
    accounts.register(&new(id), hash).await.expect("query")
}

fn role(registration: &Registration) -> Option<Role> {
    match registration {
        Registration::Done(user) => Some(user.role),
        Registration::EmailTaken | Registration::NotInvited => None,
    }
}

#[tokio::test]
async fn first_user_becomes_admin_and_others_need_an_invitation() {
    let (_folder, accounts) = open_accounts().await;
    assert!(accounts.is_empty().await.expect("query"));
    assert_eq!(role(&registered(&accounts, "a", None).await), Some(Role::Admin));
    assert_eq!(registered(&accounts, "b", None).await, Registration::NotInvited);
    accounts
        .invite("hash", &invitation("b@example.org", Role::Auditor))
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
        .invite("hash", &invitation("b@example.org", Role::Agent))
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
        accounts.register(&again, Some("hash")).await.expect("query"),
        Registration::NotInvited,
        "used"
    );
}

#[tokio::test]
async fn expired_invitation_is_refused() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    accounts
        .invite("hash", &invitation("b@example.org", Role::Agent))
        .await
        .expect("invited");
    let late = NewUser {
        at: Timestamp(100),
        ..new("b")
    };
    assert_eq!(
        accounts.register(&late, Some("hash")).await.expect("query"),
        Registration::NotInvited
    );
}

#[tokio::test]
async fn registration_with_a_used_address_returns_email_taken() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    accounts
        .invite("hash", &invitation("a@example.org", Role::Agent))
        .await
        .expect("invited");
    let again = NewUser {
        user_id: "user_b".into(),
        ..new("a")
    };
    assert_eq!(
        accounts.register(&again, Some("hash")).await.expect("query"),
        Registration::EmailTaken
    );
}

#[tokio::test]
async fn session_ends_by_expiry_sign_out_and_deactivation() {
    let (_folder, accounts) = open_accounts().await;
    registered(&accounts, "a", None).await;
    let user_of = async |now| {
        accounts
            .user_of_session("s", Timestamp(now))
            .await
            .expect("query")
            .map(|user| user.user_id)
    };
    accounts
        .begin_session("s", "user_a", Timestamp(1), Timestamp(10))
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
        )
        .await
        .expect("changed");
    accounts.end_session("s").await.expect("ended");
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
    accounts.add_token("user_a", "t", &token).await.expect("added");
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
    assert!(
        !accounts.remove_token("user_b", "token_1").await.expect("query"),
        "of another user"
    );
    assert!(accounts.remove_token("user_a", "token_1").await.expect("query"));
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
    assert!(accounts.change_user("user_a", &change).await.expect("query"));
    let user = accounts.user("user_a").await.expect("query").expect("there");
    assert_eq!((user.name.as_str(), user.role, user.active), ("Ada", Role::Admin, true));
    assert!(!accounts.has_other_admin(&user).await.expect("query"));
    assert!(!accounts.change_user("user_x", &change).await.expect("query"));
}
