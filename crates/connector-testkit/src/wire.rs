//! Messages between a program and its database, as far as they are counted.
//!
//! What a run costs is read from the messages themselves: no clock, no log
//! format and no extension of the server can make such a count another one.

use std::collections::BTreeMap;

const COPY_DATA: u8 = b'd';
const BIND: u8 = b'B';
/// A message that binds less than this holds no rows.
const MIN_BOUND: usize = 4 << 10;
/// From a server; a client closes statements with the same letter.
const COMMAND_COMPLETE: u8 = b'C';

/// What went over a wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The statements that the server completed, by their kind.
    pub statements: BTreeMap<String, u64>,
    /// The bytes of rows, which were sent to `copy` or bound to a statement.
    pub sent: u64,
}

/// One direction of a connection, which comes in pieces of any size.
pub(crate) struct Wire {
    unread: Vec<u8>,
    /// The kinds of messages that count.
    kinds: &'static [u8],
}

impl Wire {
    /// What a client sends; its first message has no kind.
    pub(crate) fn of_client() -> Self {
        Self { unread: vec![0], kinds: &[COPY_DATA, BIND] }
    }

    /// What a server sends.
    pub(crate) fn of_server() -> Self {
        Self { unread: Vec::new(), kinds: &[COMMAND_COMPLETE] }
    }

    /// Counts the messages that are whole with this piece.
    pub(crate) fn feed(&mut self, piece: &[u8], count: &mut Count) {
        self.unread.extend_from_slice(piece);
        let mut start = 0;
        // A kind, a length that counts itself, and the rest.
        while let [kind, a, b, c, d, ..] = self.unread[start..] {
            let end = start + 1 + u32::from_be_bytes([a, b, c, d]) as usize;
            let Some(body) = self.unread.get(start + 5..end) else { break };
            if self.kinds.contains(&kind) {
                match kind {
                    COPY_DATA => count.sent += body.len() as u64,
                    BIND => count.sent += bound(body),
                    _ => *count.statements.entry(statement(body)).or_default() += 1,
                }
            }
            start = end;
        }
        self.unread.drain(..start);
    }
}

/// The bytes that a message binds, if they are rows; the names before them are of any length.
fn bound(body: &[u8]) -> u64 {
    let values = body.splitn(3, |byte| *byte == 0).nth(2).unwrap_or_default().len();
    if values < MIN_BOUND { 0 } else { values as u64 }
}

/// A completed statement without the number of its rows, as `insert` in `INSERT 0 17`.
fn statement(tag: &[u8]) -> String {
    let tag = String::from_utf8_lossy(tag.strip_suffix(&[0]).unwrap_or(tag));
    let words = tag.split(' ').take_while(|word| word.parse::<u64>().is_err());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_in_whatever_pieces_they_come() {
        let few = b"B\0\0\0\x07few";
        let many = [b"B\0\0\x20\x0aname\0\0".as_slice(), &[0; 0x2000]].concat();
        let copied = b"d\0\0\0\x07abcd\0\0\0\x05xc\0\0\0\x04";
        let sent = [b"\0\0\0\x08\0\x03\0\0", &few[..], &many, copied].concat();
        let answered = b"C\0\0\0\x0dINSERT 0\0C\0\0\0\x11CREATE TABLE\0Z\0\0\0\x05I";
        for size in [1, 3, 100, 10_000] {
            let mut count = Count::default();
            let (mut client, mut server) = (Wire::of_client(), Wire::of_server());
            sent.chunks(size).for_each(|piece| client.feed(piece, &mut count));
            answered.chunks(size).for_each(|piece| server.feed(piece, &mut count));
            assert_eq!(count.sent, 0x2000 + 4, "in pieces of {size}");
            let statements = [("create table".to_owned(), 1), ("insert".to_owned(), 1)];
            assert_eq!(count.statements, BTreeMap::from(statements), "in pieces of {size}");
        }
    }
}
