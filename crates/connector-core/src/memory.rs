//! How memory is taken, so that it stays flat.
//!
//! Pages differ a little in size, and an allocator that serves a million rows in
//! pieces of a thousand sizes ends up with holes that nothing fits into. What is
//! as large as a page is therefore taken in multiples of one size.

use std::borrow::Cow;

/// The size of a piece, in bytes.
const PIECE: usize = 64 << 10;

/// An empty vector with room for so many bytes.
pub(crate) fn buffer(bytes: usize) -> Vec<u8> {
    Vec::with_capacity(bytes.next_multiple_of(PIECE))
}

/// Items in pieces of one size, cut anywhere; only the last piece has room left.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    filled: Vec<Vec<u8>>,
    /// The length of each item, which is below that of a response.
    lengths: Vec<u32>,
    /// Empty pieces, to be filled next.
    spare: Vec<Vec<u8>>,
}

/// The most pieces that are kept to be filled again.
const MAX_SPARE: usize = 64;

impl Pieces {
    /// Appends an item.
    pub(crate) fn push(&mut self, item: &[u8]) {
        self.lengths.push(u32::try_from(item.len()).unwrap_or(u32::MAX));
        self.extend(item);
    }

    /// Appends all items of others.
    pub(crate) fn append(&mut self, others: &Self) {
        self.lengths.extend_from_slice(&others.lengths);
        others.each().for_each(|bytes| self.extend(bytes));
    }

    /// Takes all items away, and keeps memory for others.
    pub(crate) fn clear(&mut self) {
        self.lengths.clear();
        for mut piece in self.filled.drain(..) {
            if self.spare.len() < MAX_SPARE {
                piece.clear();
                self.spare.push(piece);
            }
        }
    }

    fn extend(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.filled.last().is_none_or(|piece| piece.len() == PIECE) {
                self.filled.push(self.spare.pop().unwrap_or_else(|| buffer(PIECE)));
            }
            let Some(piece) = self.filled.last_mut() else { return };
            let (these, others) = bytes.split_at(bytes.len().min(PIECE - piece.len()));
            piece.extend_from_slice(these);
            bytes = others;
        }
    }

    /// Each piece, in order.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[u8]> {
        self.filled.iter().map(Vec::as_slice)
    }

    /// Each item, in order, and put together where it was cut.
    pub(crate) fn items(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        let mut start = 0;
        self.lengths.iter().map(move |length| {
            let end = start + *length as usize;
            let item = self.bytes(start, end);
            start = end;
            item
        })
    }

    fn bytes(&self, start: usize, end: usize) -> Cow<'_, [u8]> {
        let mut cut = self.filled[start / PIECE..end.div_ceil(PIECE)].iter().enumerate().map(
            |(at, piece)| {
                let from = if at == 0 { start % PIECE } else { 0 };
                let begins = (start / PIECE + at) * PIECE;
                &piece[from..(end - begins).min(PIECE)]
            },
        );
        match (cut.next(), cut.next()) {
            (None, _) => Cow::Borrowed(&[]),
            (Some(whole), None) => Cow::Borrowed(whole),
            (Some(one), Some(two)) => {
                Cow::Owned([one, two].into_iter().chain(cut).collect::<Vec<_>>().concat())
            }
        }
    }

    /// The number of bytes.
    pub(crate) fn len(&self) -> usize {
        self.each().map(<[u8]>::len).sum()
    }

    /// The memory that they take.
    pub(crate) fn held(&self) -> usize {
        self.filled.len() * PIECE
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
        all.append(&one);
        all.append(&one);
        let twice: Vec<Vec<u8>> = all.items().map(Cow::into_owned).collect();
        assert_eq!(twice, [items.clone(), items].concat());
        assert_eq!(all.len(), 2 * one.len());
        let held: Vec<usize> = all.each().map(<[u8]>::len).collect();
        assert!(held.iter().rev().skip(1).all(|length| *length == PIECE), "{held:?}");
        all.clear();
        assert_eq!((all.len(), all.items().count(), all.held()), (0, 0, 0));
        all.append(&one);
        assert!(all.items().eq(one.items()));
    }
}
