//! Answers: what goes back to a client, and how much of it arrives.
//!
//! An honest answer and a fault are the same type, so that a script states only
//! what is wrong with an answer and leaves the rest as the declaration has it.

use std::time::Duration;

use serde_json::Value;

/// One answer, as it will be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers; a name may be there more than once.
    pub headers: Vec<(String, String)>,
    /// The body, before any compression.
    pub body: Vec<u8>,
    pub(crate) delay: Duration,
    pub(crate) delivery: Delivery,
}

/// How much of an answer reaches the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// All of it.
    Whole,
    /// So many bytes of the body, and then the connection is cut.
    Cut(usize),
    /// So many bytes of the body, and then nothing, for ever.
    Stall(usize),
    /// One byte of the body after each such time.
    Drip(Duration),
    /// Nothing: the connection is closed.
    None,
}

impl Answer {
    /// An answer of this content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
            delivery: Delivery::Whole,
        }
    }

    /// An answer with a JSON body: a [`Value`], or a text that need not be valid.
    pub fn json(status: u16, body: &(impl ToString + ?Sized)) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// An answer with an HTML page, as a proxy or a login screen sends it.
    pub fn html(status: u16, page: &str) -> Self {
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// No answer: the connection is closed after the request.
    pub fn closed() -> Self {
        let mut answer = Self::json(200, "");
        answer.delivery = Delivery::None;
        answer
    }

    /// Sets a header, in place of those of the same name.
    #[must_use]
    pub fn header(self, name: &str, value: &(impl ToString + ?Sized)) -> Self {
        let mut answer = self.without_header(name);
        answer.headers.push((name.to_owned(), value.to_string()));
        answer
    }

    /// Leaves a header out.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// Changes the JSON body.
    #[must_use]
    pub fn edit(mut self, change: impl FnOnce(&mut Value)) -> Self {
        let mut body = serde_json::from_slice(&self.body)
            .expect("only an answer with a JSON body can be edited");
        change(&mut body);
        self.body = body.to_string().into_bytes();
        self
    }

    /// Ends the body after so many bytes, as if that were all of it.
    #[must_use]
    pub fn truncated(mut self, bytes: usize) -> Self {
        self.body.truncate(bytes);
        self
    }

    /// Cuts the connection after so many bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.delivery = Delivery::Cut(bytes);
        self
    }

    /// Sends nothing more after so many bytes of the body, and leaves the connection open.
    #[must_use]
    pub fn stalled_after(mut self, bytes: usize) -> Self {
        self.delivery = Delivery::Stall(bytes);
        self
    }

    /// Sends the body byte by byte, and waits so long before each.
    #[must_use]
    pub fn dripping(mut self, each: Duration) -> Self {
        self.delivery = Delivery::Drip(each);
        self
    }

    /// Holds the answer back, besides the vendor's own latency.
    #[must_use]
    pub fn delayed(mut self, by: Duration) -> Self {
        self.delay = by;
        self
    }

    /// The status that reaches the client, if any does.
    pub(crate) fn sent_status(&self) -> Option<u16> {
        (self.delivery != Delivery::None).then_some(self.status)
    }
}
