//! How memory is taken, so that it stays flat.
//!
//! Pages differ a little in size, and an allocator that serves a million rows in
//! pieces of a thousand sizes ends up with holes that nothing fits into. What is
//! as large as a page is therefore taken in multiples of one size.

/// The size of a piece, in bytes.
pub(crate) const PIECE: usize = 64 << 10;

/// An empty vector with room for so many bytes.
pub(crate) fn buffer(bytes: usize) -> Vec<u8> {
    Vec::with_capacity(bytes.next_multiple_of(PIECE))
}
