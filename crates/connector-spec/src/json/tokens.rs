//! The tokens of a text that is known to be JSON, each byte of it looked at once.
//!
//! A library's deserializer that is asked for the slices of nested values reads each of
//! them again at each level, so that a text that nests deeply costs its length times
//! its depth. What has to look into values of any depth therefore reads their tokens.

/// A part of a JSON text, as it is written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// The beginning of an object or a list.
    Open {
        /// Whether it is a list.
        list: bool,
    },
    /// Its end.
    Close,
    /// The name of a member, in its quotes.
    Name(&'a str),
    /// A text, in its quotes.
    Text(&'a str),
    /// A number.
    Number(&'a str),
    /// `true`, `false` or `null`.
    Word(&'a str),
}

/// Reads the tokens of a text that is known to be JSON; of any other text, it reads to the
/// end too, and what it reads means nothing.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
    escaped: bool,
}

impl<'a> Tokens<'a> {
    /// The parts of this text, from its start.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, escaped: false }
    }

    /// Where the next token, or what separates it from the last one, begins.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether the name or text that came last has an escape in it.
    pub fn escaped(&self) -> bool {
        self.escaped
    }

    /// Reads the value that comes next, to its end, and returns it.
    pub fn value(&mut self) -> &'a str {
        let (mut start, mut depth) = (None, 0_usize);
        while let Some(token) = self.next() {
            start.get_or_insert(self.at - token.length());
            match token {
                Token::Open { .. } => depth += 1,
                Token::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.text.get(start.unwrap_or(self.at)..self.at).unwrap_or_default()
    }

    /// Reads to the end of the object or list that was opened last, and returns what is in it
    /// from there on, with its end.
    pub fn rest_of_nested(&mut self) -> &'a str {
        let (start, mut depth) = (self.at, 1_usize);
        while depth > 0 {
            match self.next() {
                Some(Token::Open { .. }) => depth += 1,
                Some(Token::Close) => depth -= 1,
                Some(_) => {}
                None => break,
            }
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// What is written from `start` to the first byte that `ends` holds for.
    fn until(&mut self, start: usize, ends: impl Fn(u8) -> bool) -> &'a str {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() && !ends(bytes[self.at]) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Reads the text that begins at `start`, in its quotes.
    fn quoted(&mut self, start: usize) -> &'a str {
        // Most texts are short, and not worth a call.
        const SHORT: usize = 24;
        let bytes = self.text.as_bytes();
        let (mut at, near) = (start + 1, bytes.len().min(start + SHORT));
        self.escaped = false;
        loop {
            while at < near && !matches!(bytes[at], b'"' | b'\\') {
                at += 1;
            }
            if at >= near {
                let rest = bytes.get(at..).unwrap_or_default();
                at += memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            }
            match bytes.get(at) {
                Some(b'\\') => {
                    self.escaped = true;
                    at += 2;
                }
                end => {
                    self.at = at.min(bytes.len()) + usize::from(end.is_some());
                    return self.text.get(start..self.at).unwrap_or_default();
                }
            }
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        loop {
            let start = self.at;
            let byte = *bytes.get(start)?;
            self.at += 1;
            return Some(match byte {
                b'{' => Token::Open { list: false },
                b'[' => Token::Open { list: true },
                b'}' | b']' => Token::Close,
                b'"' => {
                    let text = self.quoted(start);
                    let mut next = self.at;
                    while bytes.get(next).is_some_and(u8::is_ascii_whitespace) {
                        next += 1;
                    }
                    if bytes.get(next) == Some(&b':') {
                        Token::Name(text)
                    } else {
                        Token::Text(text)
                    }
                }
                b'-' | b'0'..=b'9' => Token::Number(self.until(start, |byte| {
                    !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
                })),
                b't' | b'f' | b'n' => {
                    Token::Word(self.until(start, |byte| !byte.is_ascii_lowercase()))
                }
                // Commas, colons, and the space between tokens.
                _ => continue,
            });
        }
    }
}

impl Token<'_> {
    /// The number of bytes that it takes.
    fn length(&self) -> usize {
        match self {
            Token::Open { .. } | Token::Close => 1,
            Token::Name(text) | Token::Text(text) | Token::Number(text) | Token::Word(text) => {
                text.len()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_is_as_it_is_written() {
        let text = r#" {"a\"b" : [1.50, -2E+7,true ,null], "c":"d: e\\", "":{ } } "#;
        let tokens: Vec<Token<'_>> = Tokens::new(text).collect();
        assert_eq!(
            tokens,
            [
                Token::Open { list: false },
                Token::Name(r#""a\"b""#),
                Token::Open { list: true },
                Token::Number("1.50"),
                Token::Number("-2E+7"),
                Token::Word("true"),
                Token::Word("null"),
                Token::Close,
                Token::Name(r#""c""#),
                Token::Text(r#""d: e\\""#),
                Token::Name(r#""""#),
                Token::Open { list: false },
                Token::Close,
                Token::Close,
            ]
        );
    }

    #[test]
    fn a_value_is_read_to_its_end() {
        let mut tokens = Tokens::new(r#"{"a": {"b": [1, {}]} , "c": "x" }"#);
        let mut values = Vec::new();
        while let Some(token) = tokens.next() {
            if matches!(token, Token::Name(_)) {
                values.push(tokens.value());
            }
        }
        assert_eq!(values, [r#"{"b": [1, {}]}"#, r#""x""#]);
    }

    #[test]
    fn a_text_that_is_no_json_has_an_end_too() {
        for text in
            ["", "\"", "\"\\", "{\"a", "]]]", "1e", "\u{e9}\u{e9}", "tru\u{e9}", "{\"\\\u{e9}"]
        {
            assert!(Tokens::new(text).count() <= text.len());
            let _ = Tokens::new(text).value();
            let _ = Tokens::new(text).rest_of_nested();
        }
    }
}
