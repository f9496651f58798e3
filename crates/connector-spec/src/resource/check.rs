//! Whether a declaration makes sense, found out while it compiles.
//!
//! In a `const fn` there are neither iterators nor `==` of texts, so loops and
//! comparisons are written out.

use super::{Connector, KeyFallback, MAX_KEY_COLUMNS, METADATA, Resource};
use crate::column::Source;

impl Connector {
    /// Panics, and so does not compile, unless the declaration makes sense.
    ///
    /// ```
    /// use connector_spec::{Auth, Connector, Record, Resource, Retry};
    ///
    /// #[derive(Record)]
    /// struct Shop {
    ///     id: String,
    /// }
    ///
    /// const SHOPS: Connector = Connector {
    ///     name: "shops",
    ///     doc: "Shops and their orders",
    ///     base_url: "https://api.example.com",
    ///     auth: Auth::BEARER,
    ///     retry: Retry::STANDARD,
    ///     rate: None,
    ///     errors: &[],
    ///     params: &[],
    ///     migrations: &[],
    ///     presets: &[],
    ///     resources: &[
    ///         Resource::new::<Shop>("shops", "/shops"),
    ///         Resource::new::<Shop>("orders", "/shops/{shop_id}/orders").each("shop_id", "shops", "id"),
    ///     ],
    /// }
    /// .checked();
    /// assert_eq!(SHOPS.resources.len(), 2);
    /// ```
    ///
    /// A key that names no column does not compile:
    ///
    /// ```compile_fail,E0080
    /// # use connector_spec::{Auth, Connector, Record, Resource, Retry};
    /// # #[derive(Record)]
    /// # struct Shop { id: String }
    /// # const SHOPS: Connector = Connector {
    /// #     name: "shops", doc: "", base_url: "https://api.example.com", auth: Auth::BEARER,
    /// #     retry: Retry::STANDARD, rate: None, errors: &[], params: &[], migrations: &[], presets: &[],
    /// resources: &[Resource::new::<Shop>("shops", "/shops").key(&["uid"])],
    /// # }.checked();
    /// # fn main() { println!("{}", SHOPS.name); }
    /// ```
    ///
    /// Nor does a placeholder that nothing fills:
    ///
    /// ```compile_fail,E0080
    /// # use connector_spec::{Auth, Connector, Record, Resource, Retry};
    /// # #[derive(Record)]
    /// # struct Shop { id: String }
    /// # const SHOPS: Connector = Connector {
    /// #     name: "shops", doc: "", base_url: "https://api.example.com", auth: Auth::BEARER,
    /// #     retry: Retry::STANDARD, rate: None, errors: &[], params: &[], migrations: &[], presets: &[],
    /// resources: &[Resource::new::<Shop>("orders", "/shops/{shop_id}/orders")],
    /// # }.checked();
    /// # fn main() { println!("{}", SHOPS.name); }
    /// ```
    ///
    /// Nor a child before its parent:
    ///
    /// ```compile_fail,E0080
    /// # use connector_spec::{Auth, Connector, Record, Resource, Retry};
    /// # #[derive(Record)]
    /// # struct Shop { id: String }
    /// # const SHOPS: Connector = Connector {
    /// #     name: "shops", doc: "", base_url: "https://api.example.com", auth: Auth::BEARER,
    /// #     retry: Retry::STANDARD, rate: None, errors: &[], params: &[], migrations: &[], presets: &[],
    /// resources: &[
    ///     Resource::new::<Shop>("orders", "/shops/{shop_id}/orders").each("shop_id", "shops", "id"),
    ///     Resource::new::<Shop>("shops", "/shops"),
    /// ],
    /// # }.checked();
    /// # fn main() { println!("{}", SHOPS.name); }
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn checked(self) -> Self {
        assert!(is_snake_case(self.name), "a connector's name is snake_case");
        assert!(!self.resources.is_empty(), "a connector has a resource");
        let mut at = 0;
        while at < self.resources.len() {
            let resource = &self.resources[at];
            resource.check();
            let mut before = 0;
            let mut parent_found = resource.parent.is_none();
            while before < at {
                let other = &self.resources[before];
                assert!(!same(other.name, resource.name), "two resources have the same name");
                assert!(!same(other.table, resource.table), "two resources have the same table");
                if let Some(parent) = resource.parent
                    && same(other.name, parent.resource)
                {
                    assert!(other.names_column(parent.column), "the parent has no such column");
                    assert!(!other.is_secret(parent.column), "a secret has no place in a path");
                    parent_found = true;
                }
                before += 1;
            }
            assert!(parent_found, "a parent is declared before its children");
            self.check_placeholders(resource);
            self.check_params(resource);
            at += 1;
        }
        self
    }

    #[track_caller]
    const fn check_params(&self, resource: &Resource) {
        if let Some(each) = resource.each_param {
            assert!(
                resource.parent.is_none(),
                "a listing is asked for each parent row or for each value, not for both"
            );
            assert!(self.has_param(each.name), "the connector has no such parameter");
        }
        let mut at = 0;
        while at < resource.params.len() {
            assert!(self.has_param(resource.params[at]), "the connector has no such parameter");
            at += 1;
        }
    }

    const fn has_param(&self, name: &str) -> bool {
        let mut at = 0;
        while at < self.params.len() {
            if same(self.params[at].name, name) {
                return true;
            }
            at += 1;
        }
        false
    }

    #[track_caller]
    const fn check_placeholders(&self, resource: &Resource) {
        let path = resource.path.as_bytes();
        let mut at = 0;
        while at < path.len() {
            if path[at] == b'{' {
                let mut filled = match resource.parent {
                    Some(parent) => placeholder_at(path, at, parent.placeholder),
                    None => false,
                };
                let mut param = 0;
                while param < self.params.len() {
                    if placeholder_at(path, at, self.params[param].name) {
                        filled = true;
                    }
                    param += 1;
                }
                assert!(filled, "a placeholder is filled by a parent or by a parameter");
            }
            at += 1;
        }
    }
}

impl Resource {
    /// Whether the model has that column.
    pub(super) const fn names_column(&self, name: &str) -> bool {
        let mut at = 0;
        while at < self.columns.len() {
            if same(self.columns[at].name, name) {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Whether that column has secrets in it.
    pub(super) const fn is_secret(&self, name: &str) -> bool {
        let mut at = 0;
        while at < self.columns.len() {
            let column = &self.columns[at];
            if same(column.name, name) {
                return column.secret || column.secret_address || !column.secret_members.is_empty();
            }
            at += 1;
        }
        false
    }

    /// Panics, and so does not compile, unless the declaration makes sense in itself.
    #[track_caller]
    const fn check(&self) {
        assert!(is_snake_case(self.table), "a table's name is snake_case: name it with `table`");
        // A partition has one column: a parent's key, or a parameter.
        assert!(self.key.len() < MAX_KEY_COLUMNS, "a key has at most seven columns of its own");
        let mut at = 0;
        while at < self.key.len() {
            assert!(self.names_column(self.key[at]), "the primary key names no column");
            assert!(!self.is_secret(self.key[at]), "a key is shown, and no secret");
            at += 1;
        }
        if let Some(cursor) = self.cursor {
            assert!(!self.is_secret(cursor), "a cursor is shown, and no secret");
        }
        if let KeyFallback::Columns(columns) = self.key_fallback {
            assert!(self.key.len() == 1, "only a key of one column can be made from others");
            let mut at = 0;
            while at < columns.len() {
                assert!(self.names_column(columns[at]), "the natural key names no column");
                assert!(!self.is_secret(columns[at]), "a key is shown, and no secret");
                at += 1;
            }
        }
        let mut at = 0;
        while at < self.key_fallback_if_sent.len() {
            let name = self.key_fallback_if_sent[at];
            assert!(self.names_column(name), "the natural key names no column");
            at += 1;
        }
        let mut at = 0;
        while at < self.columns.len() {
            let column = &self.columns[at];
            assert!(is_snake_case(column.name), "a column's name is snake_case");
            assert!(
                !matches!(column.source, Source::Partition),
                "a parent's key is declared with `each`"
            );
            assert!(
                column.name.as_bytes()[0] != b'_' || !is_metadata(column.name),
                "the column's name is taken by the row's metadata"
            );
            at += 1;
        }
    }
}

const fn is_metadata(name: &str) -> bool {
    let mut at = 0;
    while at < METADATA.len() {
        if same(METADATA[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_snake_case(name: &str) -> bool {
    let name = name.as_bytes();
    let mut at = 0;
    while at < name.len() {
        if !(name[at].is_ascii_lowercase() || name[at].is_ascii_digit() || name[at] == b'_') {
            return false;
        }
        at += 1;
    }
    !name.is_empty() && !name[0].is_ascii_digit()
}

/// Whether the `{` at `at` starts the placeholder `name`.
const fn placeholder_at(path: &[u8], at: usize, name: &str) -> bool {
    let name = name.as_bytes();
    if at + name.len() + 1 >= path.len() || path[at + name.len() + 1] != b'}' {
        return false;
    }
    let mut letter = 0;
    while letter < name.len() {
        if path[at + 1 + letter] != name[letter] {
            return false;
        }
        letter += 1;
    }
    true
}

/// Whether the path has that placeholder.
pub(super) const fn has_placeholder(path: &str, name: &str) -> bool {
    let path = path.as_bytes();
    let mut at = 0;
    while at < path.len() {
        if path[at] == b'{' && placeholder_at(path, at, name) {
            return true;
        }
        at += 1;
    }
    false
}
