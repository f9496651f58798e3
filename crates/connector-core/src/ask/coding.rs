//! A body as it was before it was compressed for the way.
//!
//! A server may send one body as several members of gzip, which are read as one, and
//! something behind them, which is not: what is missing then, is missing in the JSON too.

use std::io::{self, Write as _};

use flate2::write::GzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// What is asked for; whatever else comes is refused.
pub(super) const ACCEPTED: &str = "gzip";

/// The first byte of a member.
const MEMBER: u8 = 0x1f;

/// The most members of a body, as each costs more than its bytes.
const MOST_MEMBERS: u32 = 10_000;

/// The most that a step makes of a compressed body.
const STEP: usize = 64 << 10;

/// How a body is compressed, and how far it was read.
pub(super) enum Coding {
    /// It is as it is.
    Plain,
    /// By gzip: the member that is read, once something came, and how many may follow.
    Gzip(Option<Box<GzDecoder<Vec<u8>>>>, u32),
    /// It has ended, or cannot be read: what comes is left aside.
    Aside,
}

impl Coding {
    /// How a body with these headers is compressed, if that was asked for.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut codings = headers.get_all(CONTENT_ENCODING).iter();
        let coding = codings.next().map_or(b"".as_slice(), |coding| coding.as_bytes());
        match coding.trim_ascii().to_ascii_lowercase().as_slice() {
            _ if codings.next().is_some() => None,
            b"" | b"identity" => Some(Self::Plain),
            b"gzip" | b"x-gzip" => Some(Self::Gzip(None, MOST_MEMBERS)),
            _ => None,
        }
    }

    /// The most bytes that the next step appends, if so many came.
    pub(super) fn step(&self, came: usize) -> usize {
        match self {
            Self::Plain => came,
            Self::Gzip(..) => STEP,
            Self::Aside => 0,
        }
    }

    /// Appends what the next of the bytes that came stand for, and takes those away. Of a
    /// compressed body it is a few thousand bytes at a time, so that little becomes much only
    /// as far as somebody asks for it.
    pub(super) fn decode(&mut self, came: &mut &[u8], body: &mut Vec<u8>) -> io::Result<()> {
        let (member, left) = match self {
            Self::Plain => {
                body.extend_from_slice(std::mem::take(came));
                return Ok(());
            }
            Self::Aside => {
                *came = &[];
                return Ok(());
            }
            Self::Gzip(member, left) => (member, left),
        };
        let decoder = member.get_or_insert_with(|| Box::new(GzDecoder::new(Vec::new())));
        let read = decoder.write(came)?;
        *came = &came[read..];
        let ended = read == 0 && !came.is_empty();
        if ended {
            decoder.try_finish()?;
        }
        body.append(decoder.get_mut());
        if ended && came[0] != MEMBER {
            *self = Self::Aside;
        } else if ended {
            *left = left.checked_sub(1).ok_or(io::ErrorKind::InvalidData)?;
            *member = None;
        }
        Ok(())
    }

    /// Appends the last bytes; fails if the body was cut off, or is not what its checksum says.
    pub(super) fn finish(&mut self, body: &mut Vec<u8>) -> io::Result<()> {
        let Self::Gzip(Some(decoder), _) = self else { return Ok(()) };
        decoder.try_finish()?;
        body.append(decoder.get_mut());
        Ok(())
    }
}
