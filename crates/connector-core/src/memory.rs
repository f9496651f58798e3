//! How memory is taken, so that it stays flat.
//!
//! Pages differ a little in size, and an allocator that serves a million rows in
//! pieces of a thousand sizes ends up with holes that nothing fits into. What is
//! as large as a page is therefore taken in multiples of one size.

/// The size of a piece, in bytes.
const PIECE: usize = 64 << 10;

/// An empty vector with room for so many bytes.
pub(crate) fn buffer(bytes: usize) -> Vec<u8> {
    Vec::with_capacity(bytes.next_multiple_of(PIECE))
}

/// Bytes in pieces of one size, cut anywhere; only the last piece has room left.
#[derive(Debug, Default)]
pub(crate) struct Pieces(Vec<Vec<u8>>);

impl Pieces {
    /// Appends bytes.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.0.last().is_none_or(|piece| piece.len() == PIECE) {
                self.0.push(buffer(PIECE));
            }
            let Some(piece) = self.0.last_mut() else { return };
            let (these, others) = bytes.split_at(bytes.len().min(PIECE - piece.len()));
            piece.extend_from_slice(these);
            bytes = others;
        }
    }

    /// Each piece, in order.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// All bytes in one vector.
    pub(crate) fn concat(&self) -> Vec<u8> {
        self.0.concat()
    }

    /// The number of bytes.
    pub(crate) fn len(&self) -> usize {
        self.each().map(<[u8]>::len).sum()
    }

    /// The memory that they take.
    pub(crate) fn held(&self) -> usize {
        self.0.len() * PIECE
    }
}
