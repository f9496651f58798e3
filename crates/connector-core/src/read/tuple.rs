//! A row in the binary form of `copy`: fields with their lengths, and `_extra` behind them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use connector_spec::json::{self, JsonbRoom};
use connector_spec::{Column, Fit, SqlType};

use super::drift::{Drift, DriftKind, DriftSeen, notice};

/// What goes to `_extra`: a name, and a value as it may be stored.
pub(super) type Aside<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The length of a null.
pub(super) const NULL: [u8; 4] = (-1_i32).to_be_bytes();

pub(super) fn set_length(tuple: &mut [u8], start: usize, length: usize) {
    // A response, and so a value, is far below 2 GiB.
    let length = i32::try_from(length).unwrap_or(i32::MAX);
    tuple[start..start + NULL.len()].copy_from_slice(&length.to_be_bytes());
}

/// Appends a field's value; a list whose order means nothing is sorted first.
pub(super) fn write_field(column: &Column, value: &str, tuple: &mut Vec<u8>) -> Fit {
    if !(column.unordered && json::is_list(value)) {
        return column.write(value, tuple);
    }
    let mut elements = Vec::new();
    match json::each_element(value, |element| elements.push(element)) {
        Ok(()) => {
            elements.sort_by_cached_key(|element| json::normal(element));
            column.write(&format!("[{}]", elements.join(",")), tuple)
        }
        Err(_) => column.write(value, tuple),
    }
}

/// Appends an item that is a column by itself. Of one that `jsonb` cannot hold, the
/// members that are the reason are kept as texts, and all others as they are.
pub(super) fn write_whole(
    column: &Column,
    row: &str,
    tuple: &mut Vec<u8>,
    drift: &mut BTreeMap<Drift, DriftSeen>,
) -> Fit {
    let fit = column.write(row, tuple);
    if fit != Fit::Misfit || column.sql_type != SqlType::Jsonb {
        return fit;
    }
    notice(drift, column.wire, DriftKind::Misfit, row);
    tuple.push(json::JSONB_VERSION);
    let mut members = Vec::new();
    let read = json::each_member(row, |name, value| {
        members.push((storable(name), Cow::Borrowed(value)));
    });
    if read.is_ok() {
        push_object(tuple, &mut members);
    } else {
        push_raw(tuple, row);
    }
    Fit::Written
}

/// Appends a fingerprint, or a nested value with some in it, whatever the column's type takes.
pub(super) fn write_veiled(column: &Column, veiled: &str, tuple: &mut Vec<u8>) -> Fit {
    match column.sql_type {
        SqlType::Text | SqlType::Jsonb => write_field(column, veiled, tuple),
        _ => Fit::Misfit,
    }
}

/// A name as `jsonb` holds it, which has no U+0000, in a name as little as in a text.
pub(super) fn storable(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.contains('\0') { name.replace('\0', "\\u0000").into() } else { name }
}

/// Appends `_extra`.
pub(super) fn push_extra(tuple: &mut Vec<u8>, extra: &mut [Aside<'_>]) {
    let start = tuple.len();
    tuple.extend_from_slice(&NULL);
    if extra.is_empty() {
        return;
    }
    tuple.push(json::JSONB_VERSION);
    push_object(tuple, extra);
    let length = tuple.len() - start - NULL.len();
    set_length(tuple, start, length);
}

/// Appends an object that Postgres can hold; where one row has several values of one name,
/// it has all of them. What `jsonb` has no room for is kept as the text of it; a row has no more
/// members than there is room for, as one of more is set aside before.
fn push_object(tuple: &mut Vec<u8>, members: &mut [Aside<'_>]) {
    // The sort keeps the values of one name in their order.
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut room = JsonbRoom::ALL;
    let mut push = |out: &mut Vec<u8>, value: &str| {
        if room.take(value) {
            out.extend_from_slice(value.as_bytes());
        } else {
            push_raw(out, value);
        }
    };
    tuple.push(b'{');
    for (n, same) in members.chunk_by(|(one, _), (other, _)| one == other).enumerate() {
        if n > 0 {
            tuple.push(b',');
        }
        json::push_string(tuple, &same[0].0);
        tuple.push(b':');
        match same {
            [(_, value)] => push(tuple, value),
            several => {
                tuple.extend_from_slice(b"{\"_repeated\":");
                for (n, (_, value)) in several.iter().enumerate() {
                    tuple.push(if n == 0 { b'[' } else { b',' });
                    push(tuple, value);
                }
                tuple.extend_from_slice(b"]}");
            }
        }
    }
    tuple.push(b'}');
}

/// Appends what `jsonb` cannot hold, as the text of it in its normal form.
fn push_raw(tuple: &mut Vec<u8>, value: &str) {
    tuple.extend_from_slice(b"{\"_raw\":");
    json::push_string(tuple, &json::normal(value));
    tuple.push(b'}');
}
