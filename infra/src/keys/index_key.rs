//! The index key: finds what belongs to a telephone number, without holding the number.
//!
//! It is made once for each ledger and never changes, because the ids of callees are made with it. It is stored in the
//! ledger's database, wrapped by the master key, so that a backup of the log contains it.

use super::compression::Codec;
use super::{KeyError, KeyStore, MasterKey};
use crate::clock::random_bytes;
use crate::db::{Db, Tx};
use crate::on_db;
use domain::Timestamp;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

const SELECT: &str = "select wrapped from index_keys where master_key_id = $1";
const ANY: &str = "select count(*) from index_keys";
const ANY_CALLEE: &str = "select count(*) from (select 1 from events where aggregate_type = 'callee' limit 1) as found";
const LOCK_POSTGRES: &str = "lock table index_keys in share row exclusive mode";
const INSERT: &str = "insert into index_keys (master_key_id, wrapped, created_at) values ($1, $2, $3)
  on conflict (master_key_id) do nothing";
const FORGET_OTHER_WRAPS: &str = "delete from index_keys where master_key_id <> $1";

/// Every portable statement of this module, for the test that prepares them on both engines.
pub const INDEX_KEY_STATEMENTS: &[&str] = &[SELECT, ANY, ANY_CALLEE, INSERT, FORGET_OTHER_WRAPS];

/// What a wrapped index key is bound to.
const PLACE: &[u8] = b"call-ledger/index-key/v1";

/// The index key of a ledger. Wiped on drop.
pub struct IndexKey(Zeroizing<[u8; 32]>);

impl IndexKey {
    /// Reads the index key from the ledger's database; makes it if there is none. Of two processes that start at the same
    /// time, one waits for the other.
    ///
    /// # Errors
    /// [`KeyError::IndexKeyMissing`] when the ledger has callees and no index key.
    pub(crate) async fn open(db: &Db, keys: &KeyStore, now: Timestamp) -> Result<Self, KeyError> {
        let master = keys.master();
        if let Some(key) = Self::read(db, &master).await? {
            return Ok(key);
        }
        let mut tx = db.begin().await?;
        if let Tx::Postgres(c) = &mut tx {
            sqlx::query(LOCK_POSTGRES).execute(&mut **c).await?;
        }
        let wraps: i64 = on_db!(&mut tx, c => sqlx::query_scalar(ANY).fetch_one(&mut **c).await)?;
        if wraps == 0 {
            let callees: i64 = on_db!(&mut tx, c => sqlx::query_scalar(ANY_CALLEE).fetch_one(&mut **c).await)?;
            if callees > 0 {
                return Err(KeyError::IndexKeyMissing);
            }
            let wrapped = Self(Zeroizing::new(random_bytes())).wrapped(&master);
            on_db!(&mut tx, c => sqlx::query(INSERT)
                .bind(master.id()).bind(wrapped).bind(now.as_micros()).execute(&mut **c).await.map(|_| ()))?;
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        Self::read(db, &master).await?.ok_or(KeyError::WrongMasterKey)
    }

    async fn read(db: &Db, master: &MasterKey) -> Result<Option<Self>, KeyError> {
        let wrapped: Option<String> =
            on_db!(db, c => sqlx::query_scalar(SELECT).bind(master.id()).fetch_optional(c).await)?;
        let Some(wrapped) = wrapped else { return Ok(None) };
        let bytes = master.key().open(&wrapped, PLACE)?;
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Broken)?;
        Ok(Some(Self(Zeroizing::new(bytes))))
    }

    fn wrapped(&self, master: &MasterKey) -> String {
        master.key().seal(self.0.as_slice(), Codec::Plain, PLACE)
    }

    /// Stores the key wrapped by a second master key, so that either opens it.
    pub(crate) async fn wrap_also(&self, db: &Db, new: &MasterKey, now: Timestamp) -> Result<(), KeyError> {
        Ok(on_db!(db, c => sqlx::query(INSERT)
            .bind(new.id()).bind(self.wrapped(new)).bind(now.as_micros()).execute(c).await.map(|_| ()))?)
    }

    /// Deletes the wraps by other master keys.
    pub(crate) async fn forget_other_wraps(db: &Db, master: &MasterKey) -> Result<(), KeyError> {
        Ok(on_db!(db, c => sqlx::query(FORGET_OTHER_WRAPS).bind(master.id()).execute(c).await.map(|_| ()))?)
    }

    /// The id of a tenant's callee: HMAC-SHA256 of tenant, a zero byte and the number in E.164, in hex.
    #[must_use]
    pub fn callee_id(&self, tenant: &str, number: &str) -> String {
        self.digest(&[tenant.as_bytes(), &[0], number.as_bytes()])
    }

    /// What the log holds of a request's fingerprint: without the key, a guessed request cannot be compared with it.
    #[must_use]
    pub(crate) fn fingerprint(&self, request: &str) -> String {
        self.digest(&[b"call-ledger/request/v1", &[0], request.as_bytes()])
    }

    fn digest(&self, parts: &[&[u8]]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC accepts keys of any length");
        for part in parts {
            mac.update(part);
        }
        const_hex::encode(mac.finalize().into_bytes())
    }
}

impl std::fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IndexKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callee_id_depends_on_tenant_number_and_key() {
        let key = IndexKey(Zeroizing::new([1; 32]));
        let id = key.callee_id("default", "+15045550123");
        assert_eq!(id, key.callee_id("default", "+15045550123"));
        assert_eq!(id.len(), 64);
        let other = IndexKey(Zeroizing::new([2; 32]));
        for different in [
            key.callee_id("acme", "+15045550123"),
            key.callee_id("default", "+15045550124"),
            other.callee_id("default", "+15045550123"),
        ] {
            assert_ne!(id, different);
        }
    }

    /// Computed with `openssl dgst -sha256 -mac HMAC -macopt hexkey:00...1f`.
    #[test]
    fn callee_id_is_an_hmac_of_tenant_and_number() {
        let key = IndexKey(Zeroizing::new(std::array::from_fn(|i| u8::try_from(i).expect("small"))));
        assert_eq!(
            key.callee_id("default", "+15045550123"),
            "7c4f189edd83fefdf6ce64932233722b1f13c0e6786ec71b2665cd2a208c141e"
        );
    }
}
