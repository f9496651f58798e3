//! Rows in the order of their keys.
//!
//! An index takes keys fastest that come in their order: one leaf after the other, each of them
//! at hand. A vendor lists its rows in an order of its own, and where keys are random, to sort a
//! batch before it is sent spares the server a third of its work.
//!
//! Of rows with one key, the last one that came has to stay the last: it is the newest where no
//! version tells. Nothing but that depends on the order.

use crate::pieces::{Pieces, Place};

/// How many keys are compared to find what all of them begin with.
const SAMPLES: usize = 8;

/// The places of tuples of the binary format of `copy` in the order of their keys, which are those
/// of their fields.
///
/// Eight bytes of a key count, behind those that all of them begin with; of tuples that have the
/// same ones, the one that came first is first.
pub(super) fn by_key(tuples: &Pieces, key: &[usize]) -> Vec<Place> {
    let step = tuples.count().div_ceil(SAMPLES).max(1);
    let samples = tuples.items().step_by(step);
    let skip = in_common(samples.map(|tuple| fields(&tuple, key).collect::<Vec<_>>().concat()));
    let keys = tuples.items().map(|tuple| eight_bytes(fields(&tuple, key), skip));
    let mut sorted: Vec<(u64, Place)> = keys.zip(tuples.places()).collect();
    sorted.sort_unstable();
    sorted.into_iter().map(|(_, place)| place).collect()
}

/// Those fields of a tuple, without their lengths; a null is empty.
fn fields<'a>(tuple: &'a [u8], places: &[usize]) -> impl Iterator<Item = &'a [u8]> {
    places.iter().map(move |place| {
        let mut rest = tuple.get(size_of::<i16>()..).unwrap_or_default();
        for at in 0..=*place {
            let Some((length, behind)) = rest.split_first_chunk() else { break };
            let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0);
            let Some((field, behind)) = behind.split_at_checked(length) else { break };
            if at == *place {
                return field;
            }
            rest = behind;
        }
        &[]
    })
}

/// How many bytes all of these begin with.
fn in_common(mut keys: impl Iterator<Item = Vec<u8>>) -> usize {
    let Some(first) = keys.next() else { return 0 };
    let common =
        |key: Vec<u8>| first.iter().zip(key).take_while(|(one, other)| **one == *other).count();
    keys.map(common).min().unwrap_or(0)
}

/// The first eight bytes behind those that are skipped, as a number that sorts as they do.
fn eight_bytes<'a>(fields: impl Iterator<Item = &'a [u8]>, mut skip: usize) -> u64 {
    let (mut bytes, mut filled) = ([0; 8], 0);
    for field in fields {
        let (skipped, field) = field.split_at(skip.min(field.len()));
        skip -= skipped.len();
        let taken = field.len().min(bytes.len() - filled);
        bytes[filled..filled + taken].copy_from_slice(&field[..taken]);
        filled += taken;
    }
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(fields: &[Option<&[u8]>]) -> Vec<u8> {
        let mut tuple = i16::try_from(fields.len()).unwrap().to_be_bytes().to_vec();
        for field in fields {
            let length = field.map_or(-1, |field| i32::try_from(field.len()).unwrap());
            tuple.extend_from_slice(&length.to_be_bytes());
            tuple.extend_from_slice(field.unwrap_or_default());
        }
        tuple
    }

    fn sorted(tuples: &[Vec<u8>], key: &[usize]) -> Vec<usize> {
        let mut pieces = Pieces::default();
        for tuple in tuples {
            pieces.push(tuple);
        }
        let places: Vec<_> = pieces.places().collect();
        let sorted = by_key(&pieces, key);
        sorted.iter().map(|place| places.binary_search(place).unwrap()).collect()
    }

    #[test]
    fn tuples_are_sorted_by_their_keys_wherever_those_are() {
        let keys = ["id_7e", "id_3c", "id_", "id_da", "id_3b1", "id_3b"];
        let first: Vec<_> =
            keys.iter().map(|key| tuple(&[Some(key.as_bytes()), Some(b"x")])).collect();
        assert_eq!(sorted(&first, &[0]), [2, 5, 4, 1, 0, 3]);
        let third: Vec<_> =
            keys.iter().map(|key| tuple(&[None, Some(b"x"), Some(key.as_bytes())])).collect();
        assert_eq!(sorted(&third, &[2]), [2, 5, 4, 1, 0, 3]);
        // Each field of the key counts, in the key's own order.
        let of = |id: i64, parent: &str| tuple(&[Some(&id.to_be_bytes()), Some(parent.as_bytes())]);
        let two = [of(256, "pb"), of(9 << 8, "pa"), of(0, "pb"), of(300 << 8, "pa")];
        assert_eq!(sorted(&two, &[1, 0]), [1, 3, 2, 0]);
        assert_eq!(sorted(&two, &[0, 1]), [2, 0, 1, 3]);
    }

    #[test]
    fn tuples_of_one_key_stay_in_the_order_in_which_they_came() {
        let copies: Vec<_> = (0..40_u8)
            .map(|copy| tuple(&[Some(if copy % 3 == 0 { b"b" } else { b"a" }), Some(&[copy])]))
            .collect();
        let places = sorted(&copies, &[0]);
        assert!(places.is_sorted_by_key(|place| (place % 3 == 0, *place)), "{places:?}");
    }

    #[test]
    fn what_is_no_tuple_is_sorted_as_if_its_key_were_empty() {
        assert_eq!(
            sorted(&[vec![1], tuple(&[Some(b"a")]), vec![0, 1, 0, 0, 0, 9, 1]], &[0]),
            [0, 2, 1]
        );
        assert_eq!(by_key(&Pieces::default(), &[0]), []);
    }
}
