//! Erasure of a user.

use super::events::{Origin, forget_events_of};
use super::{Accounts, User, invitations, sessions, tokens};
use crate::on_db;
use domain::Timestamp;
use domain::user::UserEvent;

const ERASE: &str =
    "update users set email = $2, name = $3, password_hash = $4, active = $5, operator = $5 where user_id = $1";

pub(super) const STATEMENTS: &[&str] = &[ERASE];

impl Accounts {
    /// Destroys the personal values of a user: the row remains, inactive and without them, because events name its id.
    /// The key of the user's stream is destroyed once the event is in the log.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn erase_user(
        &self,
        user: &User,
        ground: &str,
        at: Timestamp,
        origin: &Origin,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.db.begin().await?;
        // Not an e-mail address, so no one can sign in or be invited with it.
        let email = format!("erased {}", user.user_id);
        on_db!(&mut tx, c => sqlx::query(ERASE)
            .bind(&user.user_id).bind(email).bind("Erased user").bind("").bind(false)
            .execute(&mut **c).await.map(|_| ()))?;
        for delete in [sessions::DELETE_OF_USER, tokens::DELETE_OF_USER] {
            on_db!(&mut tx, c => sqlx::query(delete).bind(&user.user_id).execute(&mut **c).await.map(|_| ()))?;
        }
        on_db!(&mut tx, c => sqlx::query(invitations::DELETE_FOR)
            .bind(&user.email).execute(&mut **c).await.map(|_| ()))?;
        forget_events_of(&mut tx, &user.user_id).await?;
        let event = UserEvent::UserErased {
            at,
            ground: ground.to_owned(),
            by: origin.by(),
        };
        user.record(&mut tx, origin, &event).await?;
        tx.commit().await
    }
}
