//! The keys of fingerprints, and who may read them.
//!
//! A reader of fingerprints who has their key can try values out, so the keys are for those
//! who write the run tables. Grants on all tables of a schema, and default privileges, give
//! them to readers by the way, so each run looks at that.

use sqlx::PgTransaction;

use crate::error::Result;

/// Whether somebody may read the keys who may not write the run tables, and from whom this
/// user can take that back.
pub(super) const OPEN: &str = "exists (select from pg_class c, aclexplode(c.relacl) a \
     where c.oid = 'sync.fingerprint_keys'::regclass and a.grantee <> c.relowner and pg_has_role(c.relowner, 'USAGE') \
     and not exists (select from pg_class w, aclexplode(w.relacl) b where w.oid = 'sync.connections'::regclass \
       and b.grantee = a.grantee and b.grantee <> 0 and b.privilege_type = 'INSERT'))";

/// Takes the keys from them. Two runs that do so at once are in each other's way, which leaves
/// it to the next one.
const CLOSE: &str = "do $$ declare reader record; begin \
     for reader in select distinct a.grantee, a.grantee::regrole::text as name from pg_class c, aclexplode(c.relacl) a \
       where c.oid = 'sync.fingerprint_keys'::regclass and a.grantee <> c.relowner \
       and not exists (select from pg_class w, aclexplode(w.relacl) b where w.oid = 'sync.connections'::regclass \
         and b.grantee = a.grantee and b.grantee <> 0 and b.privilege_type = 'INSERT') \
     loop execute format('revoke all on sync.fingerprint_keys from %s', \
       case reader.grantee when 0 then 'public' else reader.name end); end loop; \
     exception when others then null; end $$";

/// Takes the keys from those who may read them and are not to.
pub(super) async fn close(transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
    tracing::warn!(
        "readers of `sync` were allowed to read the keys of fingerprints, and are not any more"
    );
    sqlx::raw_sql(CLOSE).execute(&mut **transaction).await.map(drop)
}
