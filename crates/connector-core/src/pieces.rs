//! How memory is taken, so that it stays flat.
//!
//! Pages differ a little in size, and an allocator that serves a million rows in
//! pieces of a thousand sizes ends up with holes that nothing fits into. What is
//! as large as a page is therefore taken in multiples of one size.

use std::borrow::Cow;

/// The size of a piece, in bytes.
const PIECE: usize = 64 << 10;

/// The size of a buffer that the allocator gets from the system, and gives back to it, whatever
/// it has seen before: glibc keeps what is smaller for later, in each thread's own heap. The
/// part of it that nothing is written to is no memory.
const OWN: usize = 33 << 20;

/// The size below which what is taken is of one of a few sizes: what comes of a small answer is
/// gone before the next one comes, and a piece for each would take longer than to fill it.
const SMALL: usize = PIECE / 4;

/// An empty vector with room for so many bytes.
pub(crate) fn buffer(bytes: usize) -> Vec<u8> {
    let bytes = match bytes {
        0 => 0,
        1..SMALL => bytes.next_power_of_two(),
        SMALL..LARGE => bytes.next_multiple_of(PIECE),
        LARGE.. => bytes.max(OWN).next_multiple_of(PIECE),
    };
    Vec::with_capacity(bytes)
}

/// The size from which an item is a piece of its own, which is handed on and not copied.
const LARGE: usize = 1 << 20;

/// Items in pieces of one size, cut anywhere, and large ones in pieces of their own; only the
/// last piece has room left that is used.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    filled: Vec<Vec<u8>>,
    /// The length of each item, which is below that of a response.
    lengths: Vec<u32>,
    /// Empty pieces, to be filled next.
    spare: Vec<Vec<u8>>,
}

/// Where an item is; places sort as their items came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The piece that it begins in, and where.
    piece: u32,
    offset: u32,
    length: u32,
}

/// The most pieces that are kept to be filled again.
const MAX_SPARE: usize = 64;

impl Pieces {
    /// For so many bytes, or about that: where they are few, not even one piece is taken.
    pub(crate) fn of_about(bytes: usize) -> Self {
        let is_small = (1..SMALL).contains(&bytes);
        let filled = if is_small { vec![buffer(bytes)] } else { Vec::new() };
        Self { filled, ..Self::default() }
    }

    /// Appends an item.
    pub(crate) fn push(&mut self, item: &[u8]) {
        self.lengths.push(u32::try_from(item.len()).unwrap_or(u32::MAX));
        self.extend(item);
    }

    /// Appends an item, and takes its memory over if it is large.
    pub(crate) fn take(&mut self, item: &mut Vec<u8>) {
        if item.len() < LARGE {
            return self.push(item);
        }
        self.lengths.push(u32::try_from(item.len()).unwrap_or(u32::MAX));
        self.filled.push(std::mem::take(item));
    }

    /// Appends all items of others.
    pub(crate) fn append(&mut self, others: Self) {
        self.lengths.extend_from_slice(&others.lengths);
        for piece in others.filled {
            if piece.len() < LARGE {
                self.extend(&piece);
            } else {
                self.filled.push(piece);
            }
        }
    }

    /// Takes all items away, and keeps memory for others.
    pub(crate) fn clear(&mut self) {
        self.lengths.clear();
        for mut piece in self.filled.drain(..) {
            if self.spare.len() < MAX_SPARE && piece.capacity() == PIECE {
                piece.clear();
                self.spare.push(piece);
            }
        }
    }

    fn extend(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.filled.last().is_none_or(|piece| piece.len() >= PIECE) {
                self.filled.push(self.spare.pop().unwrap_or_else(|| buffer(PIECE)));
            }
            let Some(piece) = self.filled.last_mut() else { return };
            let (these, others) = bytes.split_at(bytes.len().min(PIECE - piece.len()));
            piece.extend_from_slice(these);
            bytes = others;
        }
    }

    /// Each item, in order, and put together where it was cut.
    pub(crate) fn items(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.places().map(|place| self.item(place))
    }

    /// Where each item is, in order.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        let (mut piece, mut offset) = (0, 0);
        self.lengths.iter().map(move |length| {
            let place = Place { piece, offset, length: *length };
            offset += length;
            while let Some(whole) = self.filled.get(piece as usize)
                && let Some(beyond) =
                    offset.checked_sub(u32::try_from(whole.len()).unwrap_or(u32::MAX))
            {
                (piece, offset) = (piece + 1, beyond);
            }
            place
        })
    }

    /// The item that is there.
    pub(crate) fn item(&self, Place { piece, offset, length }: Place) -> Cow<'_, [u8]> {
        let (offset, length) = (offset as usize, length as usize);
        let mut pieces = self.filled.iter().skip(piece as usize);
        let first = pieces.next().and_then(|first| first.get(offset..)).unwrap_or_default();
        if let Some(item) = first.get(..length) {
            return Cow::Borrowed(item);
        }
        let mut item = Vec::with_capacity(length);
        item.extend_from_slice(first);
        for piece in pieces {
            item.extend_from_slice(&piece[..piece.len().min(length - item.len())]);
            if item.len() == length {
                break;
            }
        }
        Cow::Owned(item)
    }

    /// The number of items.
    pub(crate) fn count(&self) -> usize {
        self.lengths.len()
    }

    /// The number of bytes.
    pub(crate) fn len(&self) -> usize {
        self.filled.iter().map(Vec::len).sum()
    }

    /// The memory that they take.
    pub(crate) fn held(&self) -> usize {
        self.filled.iter().map(|piece| piece.len().max(PIECE)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back_as_they_went_in_wherever_they_were_cut() {
        let items: Vec<Vec<u8>> = [1, PIECE - 1, 1, PIECE, 3 * PIECE + 7, 5, PIECE - 12, 2]
            .into_iter()
            .zip(1..)
            .map(|(length, byte)| vec![byte; length])
            .collect();
        let (mut one, mut all) = (Pieces::default(), Pieces::default());
        for item in &items {
            one.push(item);
        }
        let whole = |items: &[Vec<u8>]| {
            let mut pieces = Pieces::default();
            for item in items {
                pieces.push(item);
            }
            pieces
        };
        all.append(whole(&items));
        all.append(whole(&items));
        let twice: Vec<Vec<u8>> = all.items().map(Cow::into_owned).collect();
        assert_eq!(twice, [items.clone(), items.clone()].concat());
        assert_eq!(all.len(), 2 * one.len());
        assert!(all.places().is_sorted());
        let held: Vec<usize> = all.filled.iter().map(Vec::len).collect();
        assert!(held.iter().rev().skip(1).all(|length| *length == PIECE), "{held:?}");
        all.clear();
        assert_eq!((all.len(), all.items().count(), all.held()), (0, 0, 0));
        all.append(whole(&items));
        assert!(all.items().eq(one.items()));
    }

    #[test]
    fn a_large_item_is_handed_on_and_not_copied() {
        let large: Vec<u8> = (0..=250).cycle().take(LARGE + 5).collect();
        let small = vec![7; PIECE - 3];
        let (mut one, mut all) = (Pieces::default(), Pieces::default());
        let mut item = large.clone();
        let place = item.as_ptr();
        one.push(&small);
        one.take(&mut item);
        one.push(&small);
        one.push(&small);
        assert!(item.is_empty());
        all.push(&small);
        all.append(one);
        assert!(all.filled.iter().any(|piece| piece.as_ptr() == place));
        let is_there =
            |item: Cow<'_, [u8]>| matches!(item, Cow::Borrowed(item) if item.as_ptr() == place);
        assert!(all.items().any(is_there));
        let items: Vec<Vec<u8>> = all.items().map(Cow::into_owned).collect();
        assert_eq!(items, [small.clone(), small.clone(), large, small.clone(), small]);
        all.clear();
        assert_eq!((all.len(), all.held()), (0, 0));
    }
}
