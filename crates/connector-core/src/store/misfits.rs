//! Whether the tables are as their migrations made them, and nobody else's code runs in them.
//!
//! Everything is asked for in one query of the catalogs, whatever the number of tables: its
//! rows are what is wrong, and usually there are none.
//!
//! A person may add what neither changes nor loses a row: columns that take a null or have a
//! default, indexes, constraints, grants, publications, and triggers whose function is
//! trusted. Trusted are this user, roles that it is a member of, superusers, and the owner of
//! the database: whoever else owns a schema, a table or a function could have its code run
//! with this user's rights.

use sqlx::PgConnection;

use super::failure::CHANGED_BY_HAND;
use super::sql::{Beside, CLOSED, ident, qualified};
use crate::error::{Error, ErrorKind, Remedy, Result};
use crate::foreign::Foreign;
use connector_spec::{Resource, SqlType};

/// What is wrong in the schemas of a run.
#[derive(Debug, Default)]
pub(crate) struct Misfits {
    schema: String,
    user: String,
    found: Vec<Misfit>,
}

/// One thing that is wrong.
#[derive(Debug)]
struct Misfit {
    kind: String,
    schema: String,
    /// The table, or `None` if it is about the schema.
    table: Option<String>,
    /// The column, trigger or rule that it is about.
    object: String,
    /// What is there instead, or whose it is.
    detail: String,
}

/// The columns that each table has besides those of its resource.
const OURS: [(&str, SqlType); 5] = [
    ("_run_id", SqlType::BigInt),
    ("_first_seen_at", SqlType::Timestamptz),
    ("_last_changed_at", SqlType::Timestamptz),
    ("_deleted_at", SqlType::Timestamptz),
    ("_extra", SqlType::Jsonb),
];

/// Finds what is wrong. Binds the connection's schema, and of each column that its tables
/// should have the table, the name, the type, and whether it is of the key.
///
/// A superuser may act as any role, which is no reason to trust all of them: memberships are
/// followed here, and `pg_has_role` is not asked.
///
/// Names are compared byte by byte (`collate "C"`), so that both sides of a key are in one order.
const LOOK: &str = r#"
with recursive expected as (
  select * from unnest($2::text[], $3::text[], $4::text[], $5::boolean[]) as e (tab, col, typ, of_key)
), ours (oid) as (
  select r.oid from pg_roles r where r.rolname = current_user
  union select m.roleid from pg_auth_members m join ours on m.member = ours.oid
), trusted (oid) as (
  select oid from ours union select d.datdba from pg_database d where d.datname = current_database()
  union select r.oid from pg_roles r where r.rolsuper or r.rolname = 'pg_database_owner'
), tables as (
  select c.*, n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm')
  and (n.nspname = 'sync' and c.relkind <> 'v' or n.nspname = $1
       and (c.relname = '_migrations' or c.relname in (select e.tab from expected e)))
), columns as (
  select t.nspname, t.relname, a.*, l.collisdeterministic from tables t
  join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  left join pg_collation l on l.oid = a.attcollation where t.nspname = $1 and t.nspname <> 'sync'
), found (kind, nspname, relname, object, detail) as (
  select 'schema', n.nspname, null::name, ''::name, pg_get_userbyid(n.nspowner)::text from pg_namespace n
  where n.nspname in ('sync', $1) and n.nspowner not in (select oid from trusted)
  union all
  select 'function', n.nspname, null, p.proname, pg_get_userbyid(p.proowner) from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('sync', $1) and p.proowner not in (select oid from trusted)
  union all
  select 'owner', t.nspname, t.relname, '', pg_get_userbyid(t.relowner) from tables t
  where t.relowner not in (select oid from trusted)
  union all
  select 'trigger', t.nspname, t.relname, g.tgname, pg_get_userbyid(p.proowner) from tables t
  join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
  join pg_proc p on p.oid = g.tgfoid
  where p.proowner not in (select oid from trusted)
  union all
  select 'rule', t.nspname, t.relname, w.rulename, '' from tables t join pg_rewrite w on w.ev_class = t.oid
  where t.relkind = 'r'
  union all
  select 'row security', t.nspname, t.relname, '', '' from tables t
  where t.relrowsecurity and row_security_active(t.oid)
  union all
  select 'right', t.nspname, t.relname, '', string_agg(p.name, ', ' order by p.place) from tables t,
  lateral (values (1, 'select'), (2, 'insert'), (3, 'update'), (4, 'delete')) as p (place, name)
  where t.relkind = 'r' and t.relname <> '_migrations' and not has_table_privilege(t.oid, p.name)
  group by t.nspname, t.relname
  union all
  select 'kind', t.nspname, t.relname, '', case t.relkind when 'p' then 'partitioned' when 'f' then 'foreign' else 'a view' end
  from tables t where t.relkind <> 'r'
  union all
  select 'parent', t.nspname, t.relname, c.relname, n.nspname from tables t
  join pg_inherits i on t.oid in (i.inhrelid, i.inhparent)
  join pg_class c on c.oid in (i.inhrelid, i.inhparent) and c.oid <> t.oid join pg_namespace n on n.oid = c.relnamespace
  where t.relkind = 'r'
  union all
  select distinct 'missing', $1::name, e.tab::name, ''::name, '' from expected e
  where not exists (select from tables t where t.nspname = $1 and t.relname = e.tab)
  union all
  select 'column', $1, e.tab, e.col, case
    when a.attnum is null then 'missing'
    when format_type(a.atttypid, a.atttypmod) <> e.typ
      then format_type(a.atttypid, a.atttypmod) || '`, and not `' || e.typ
    when a.attgenerated <> '' or a.attidentity = 'a' then 'generated' else 'collation' end
  from expected e join tables t on t.nspname = $1 and t.relname = e.tab
  left join columns a on a.attrelid = t.oid and a.attname = e.col
  where a.attnum is null or format_type(a.atttypid, a.atttypmod) <> e.typ
  or a.attgenerated <> '' or a.attidentity = 'a' or not a.collisdeterministic
  union all
  select 'needed', a.nspname, a.relname, a.attname, '' from columns a
  where a.attnotnull and not a.atthasdef and a.attidentity = '' and a.relname <> '_migrations'
  and not exists (select from expected e where e.tab = a.relname and e.col = a.attname)
  union all
  select 'key', t.nspname, t.relname, '', k.columns from tables t join (
    select e.tab, array_agg(e.col order by e.col collate "C") as names, string_agg(quote_ident(e.col), ', ') as columns
    from expected e where e.of_key group by e.tab
  ) k on k.tab = t.relname and t.nspname = $1 and t.relkind = 'r'
  where not exists (
    select from pg_index i where i.indrelid = t.oid and i.indisunique and i.indisvalid and i.indimmediate
    and i.indpred is null and i.indexprs is null and k.names = array(
      select a.attname::text from unnest(i.indkey::int2[]) with ordinality as c (attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = c.attnum
      where c.place <= i.indnkeyatts order by a.attname::text collate "C"))
)
select kind, nspname::text, relname::text, object::text, detail::text, current_user::text from found
"#;

/// What the catalog says of one thing that is not as it was made.
type Row = (String, String, Option<String>, String, String, String);

impl Misfits {
    /// Looks at the tables of these resources in a schema, of which some have a history, and at
    /// the run tables. Reads only.
    pub(super) async fn of(
        session: &mut PgConnection,
        schema: &str,
        resources: impl IntoIterator<Item = &Resource>,
        with_history: &[&str],
    ) -> Result<Self> {
        let (mut tables, mut columns, mut types, mut of_key) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for resource in resources {
            let is_key = |name: &str| resource.key_columns().any(|key| key == name);
            let own =
                || resource.table_columns().map(|column| (column.name, column.sql_type.name()));
            let mut expect = |table: &str, name, sql_type, is_key| {
                tables.push(table.to_owned());
                columns.push(name);
                types.push(sql_type);
                of_key.push(is_key);
            };
            for (name, sql_type) in own().chain(OURS.map(|(name, of)| (name, of.name()))) {
                expect(resource.table, name, sql_type, is_key(name));
            }
            if with_history.contains(&resource.name) {
                let history = Beside::of(resource.table).history;
                for (name, sql_type) in own().chain(CLOSED) {
                    expect(&history, name, sql_type, is_key(name) || name == "_valid_from");
                }
            }
        }
        let rows: Vec<Row> = sqlx::query_as(LOOK)
            .bind(schema)
            .bind(&tables)
            .bind(&columns)
            .bind(&types)
            .bind(&of_key)
            .fetch_all(session)
            .await
            .map_err(|error| Error::storage("looking at the tables", error).at("schema", schema))?;
        let mut misfits = Self { schema: schema.to_owned(), ..Self::default() };
        for (kind, schema, table, object, detail, user) in rows {
            misfits.user = user;
            misfits.found.push(Misfit { kind, schema, table, object, detail });
        }
        Ok(misfits)
    }

    /// Fails if something is wrong that is about no table of a resource alone.
    pub(crate) fn check_schemas(&self) -> Result<()> {
        self.check(|misfit| {
            let is_own = misfit.schema == self.schema;
            !is_own || misfit.table.as_deref().is_none_or(|table| table == "_migrations")
        })
    }

    /// Fails if a table is not as it should be: Postgres would cut a value so that it fits,
    /// take two keys for one, or run what somebody else wrote.
    pub(crate) fn check_table(&self, table: &str) -> Result<()> {
        self.check(|misfit| misfit.schema == self.schema && misfit.table.as_deref() == Some(table))
            .map_err(|error| error.helped_by(Remedy::LeaveTable))
    }

    /// Fails if anything is wrong but rights, which are told by themselves.
    pub(crate) fn check_all(&self) -> Result<()> {
        self.check(|misfit| misfit.kind != "right")
    }

    fn check(&self, is_meant: impl Fn(&Misfit) -> bool) -> Result<()> {
        let mut meant = self.found.iter().filter(|misfit| is_meant(misfit));
        let Some(first) = meant.next() else { return Ok(()) };
        let (what, next) = first.said(&self.user);
        let what = match meant.count() {
            0 => what,
            more => format!("{what}; and {more} more"),
        };
        let error = Error::new(ErrorKind::Storage, what).next(next);
        Err(match &first.table {
            Some(table) => error.at("table", Foreign(&qualified(&first.schema, table))),
            None => error.at("schema", Foreign(&first.schema)),
        })
    }
}

impl Misfit {
    /// What is wrong, and what to do about it.
    fn said(&self, user: &str) -> (String, String) {
        let table = self.table.as_deref().map(|table| qualified(&self.schema, table));
        let table = table.unwrap_or_else(|| ident(&self.schema));
        let table = Foreign(&table);
        let (object, detail) = (Foreign(&self.object), Foreign(&self.detail));
        let (quoted, me) = (ident(&self.object), ident(user));
        let (quoted, me) = (Foreign(&quoted), Foreign(&me));
        let owner = ident(&self.detail);
        let owner = Foreign(&owner);
        let by_hand = CHANGED_BY_HAND.to_owned();
        match self.kind.as_str() {
            "schema" => (
                format!(
                    "the schema is `{detail}`'s, who could have code run with the rights of this user"
                ),
                format!(
                    "name another schema with --schema; or, if `{detail}` is trusted, let a superuser run: alter schema {table} owner to {me}"
                ),
            ),
            "function" => (
                format!(
                    "the schema has the function `{object}` of `{detail}`, which statements could call with the rights of this user"
                ),
                format!(
                    "drop it, and let `{detail}` create nothing there: revoke create on schema {table} from {owner}"
                ),
            ),
            "owner" => (
                format!(
                    "the table is `{detail}`'s, who could have code run with the rights of this user"
                ),
                format!(
                    "if `{detail}` is trusted, let a superuser run: alter table {table} owner to {me}; or: grant {owner} to {me}"
                ),
            ),
            "trigger" => (
                format!(
                    "the trigger `{object}` runs a function of `{detail}` with the rights of this user"
                ),
                format!(
                    "run: drop trigger {quoted} on {table}; or, if it is trusted, let its function be owned by {me}"
                ),
            ),
            "rule" => (
                format!("the rule `{object}` does something else than what is written"),
                format!("run: drop rule {quoted} on {table}"),
            ),
            "row security" => (
                "row security is on, which hides rows from this user".to_owned(),
                format!(
                    "as its owner, run: alter table {table} no force row level security; or, as a superuser: alter role {me} bypassrls"
                ),
            ),
            "right" => (
                format!(
                    "permission denied for table {}: {detail} may not be done",
                    Foreign(self.table.as_deref().unwrap_or_default())
                ),
                format!("as its owner, run: grant {detail} on {table} to {me}"),
            ),
            "parent" => (
                format!("it shares its rows with `{detail}.{object}` by inheritance"),
                format!(
                    "take one out of the other (alter table … no inherit, or detach partition), so that {table} has its own rows alone"
                ),
            ),
            "missing" => ("there is no such table".to_owned(), by_hand),
            "column" => match self.detail.as_str() {
                "missing" => (format!("there is no column `{object}`"), by_hand),
                "generated" => (format!("the column `{object}` is made up by Postgres"), by_hand),
                "collation" => (
                    format!(
                        "the column `{object}` has a collation that takes different texts for equal"
                    ),
                    format!(
                        "run: alter table {table} alter column {quoted} type text collate \"default\""
                    ),
                ),
                _ => (format!("the column `{object}` is `{detail}`"), by_hand),
            },
            "needed" => (
                format!(
                    "the column `{object}`, which no sync made, takes no null and has no default, so that no row fits"
                ),
                format!(
                    "run: alter table {table} alter column {quoted} drop not null; or give it a default"
                ),
            ),
            "key" => (
                "its key is gone, by which rows are told apart".to_owned(),
                format!("run: alter table {table} add primary key ({detail})"),
            ),
            // A view, a foreign table, or one in partitions.
            _ => (format!("it is {detail}, and not a plain table"), by_hand),
        }
    }
}
