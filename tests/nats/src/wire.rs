//! The client protocol of NATS: bytes come in, operations go out. No sockets.

use std::fmt;
use std::io::{Error, ErrorKind, Result};

/// What one line may take. The longest is INFO.
const MAX_LINE: usize = 1 << 20;

/// One operation, such as INFO, PUB, MSG or PING, with its payload if it has one.
#[derive(Clone, PartialEq)]
pub struct Operation {
    /// All of it, as it is on the wire.
    bytes: Vec<u8>,
    /// Length of the first line, without its end.
    line: usize,
}

/// What PUB, HPUB, MSG and HMSG carry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Message<'a> {
    /// What it was published to.
    pub subject: &'a str,
    /// Where an answer goes.
    pub reply: Option<&'a str>,
    /// The header block of HPUB and HMSG, otherwise empty.
    pub header: &'a [u8],
    /// What the publisher sent.
    pub payload: &'a [u8],
}

/// Cuts a stream of bytes into operations.
#[derive(Debug, Default)]
pub struct Decoder {
    received: Vec<u8>,
}

impl Operation {
    /// One that is a line without a payload.
    pub fn of_line(line: &str) -> Self {
        Self { bytes: format!("{line}\r\n").into_bytes(), line: line.len() }
    }

    /// As it is on the wire.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The first line, without its end.
    pub fn line(&self) -> &str {
        // The decoder refuses others.
        str::from_utf8(&self.bytes[..self.line]).unwrap_or_default()
    }

    /// Whether it is the operation `name`, in upper case.
    pub fn is(&self, name: &str) -> bool {
        name_of(self.line()).eq_ignore_ascii_case(name)
    }

    /// What follows the name in the line, without the spaces around it.
    pub fn argument(&self) -> &str {
        self.line()[name_of(self.line()).len()..].trim()
    }

    /// The message, if the operation carries one.
    pub fn message(&self) -> Option<Message<'_>> {
        let head = Head::parse(self.line()).ok()??;
        let content = &self.bytes[self.line + 2..self.bytes.len() - 2];
        let (header, payload) = content.split_at(head.header);
        Some(Message { subject: head.subject, reply: head.reply, header, payload })
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.bytes.escape_ascii().to_string())
    }
}

impl Decoder {
    /// Takes bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.received.extend_from_slice(bytes);
    }

    /// Returns the next operation, or nothing while it is incomplete.
    ///
    /// # Errors
    ///
    /// Fails on what is not the protocol.
    pub fn next_operation(&mut self) -> Result<Option<Operation>> {
        let Some(end) = self.received.windows(2).position(|pair| pair == b"\r\n") else {
            if self.received.len() > MAX_LINE {
                return Err(malformed("a line without end"));
            }
            return Ok(None);
        };
        let line = str::from_utf8(&self.received[..end])
            .map_err(|_| malformed("a line that is not UTF-8"))?;
        let mut length = end + 2;
        if let Some(head) = Head::parse(line)? {
            length += head.total + 2;
            if self.received.len() < length {
                return Ok(None);
            }
            if !self.received[..length].ends_with(b"\r\n") {
                return Err(malformed(line));
            }
        }
        let bytes = self.received.drain(..length).collect();
        Ok(Some(Operation { bytes, line: end }))
    }
}

/// The line of an operation that carries a message.
struct Head<'a> {
    subject: &'a str,
    reply: Option<&'a str>,
    header: usize,
    total: usize,
}

impl<'a> Head<'a> {
    /// Returns nothing for an operation without a message.
    fn parse(line: &'a str) -> Result<Option<Self>> {
        let name = name_of(line).to_ascii_uppercase();
        let (has_header, has_subscription) = match name.as_str() {
            "PUB" => (false, false),
            "HPUB" => (true, false),
            "MSG" => (false, true),
            "HMSG" => (true, true),
            _ => return Ok(None),
        };
        let mut words: Vec<&str> = line.split_ascii_whitespace().skip(1).collect();
        let mut number = || words.pop().and_then(|word| word.parse::<usize>().ok());
        let total = number().ok_or_else(|| malformed(line))?;
        let header = if has_header { number() } else { Some(0) };
        let header = header.filter(|header| *header <= total).ok_or_else(|| malformed(line))?;
        if has_subscription && words.len() > 1 {
            words.remove(1);
        } else if has_subscription {
            return Err(malformed(line));
        }
        let (subject, reply) = match words[..] {
            [subject] => (subject, None),
            [subject, reply] => (subject, Some(reply)),
            _ => return Err(malformed(line)),
        };
        Ok(Some(Self { subject, reply, header, total }))
    }
}

fn name_of(line: &str) -> &str {
    line.split([' ', '\t']).next().unwrap_or_default()
}

fn malformed(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("not the NATS protocol: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Vec<Operation> {
        let mut decoder = Decoder::default();
        decoder.push(bytes);
        std::iter::from_fn(|| decoder.next_operation().expect("the protocol")).collect()
    }

    #[test]
    fn messages_are_cut_by_their_length_whatever_they_contain() {
        let operations = decode(b"PUB a.b 6\r\nx\r\ny\r\n\r\nMSG a.b 7 _INBOX.1 0\r\n\r\nPING\r\n");
        let [first, second, third] = &operations[..] else {
            panic!("{operations:?}");
        };
        let message = first.message().expect("a message");
        assert_eq!(
            (message.subject, message.reply, message.payload),
            ("a.b", None, &b"x\r\ny\r\n"[..])
        );
        let message = second.message().expect("a message");
        assert_eq!(
            (message.subject, message.reply, message.payload),
            ("a.b", Some("_INBOX.1"), &b""[..])
        );
        assert!(third.is("PING") && third.message().is_none());
    }

    #[test]
    fn headers_are_apart_from_the_payload() {
        let operations = decode(
            b"HPUB a r 12 14\r\nNATS/1.0\r\n\r\nhi\r\nHMSG a 1 12 12\r\nNATS/1.0\r\n\r\n\r\n",
        );
        let parts: Vec<_> = operations.iter().filter_map(Operation::message).collect();
        let header: &[u8] = b"NATS/1.0\r\n\r\n";
        assert_eq!(
            (parts[0].reply, parts[0].header, parts[0].payload),
            (Some("r"), header, &b"hi"[..])
        );
        assert_eq!((parts[1].reply, parts[1].header, parts[1].payload), (None, header, &b""[..]));
    }

    #[test]
    fn operations_are_the_same_however_the_bytes_are_cut() {
        let bytes = b"INFO {\"a\":1} \r\n+OK\r\nMSG s 1 3\r\nabc\r\n-ERR 'No'\r\n";
        let whole = decode(bytes);
        assert_eq!(whole.len(), 4);
        assert_eq!((whole[0].argument(), whole[3].argument()), ("{\"a\":1}", "'No'"));
        let mut decoder = Decoder::default();
        let mut cut = Vec::new();
        for byte in bytes {
            decoder.push(&[*byte]);
            cut.extend(decoder.next_operation().expect("the protocol"));
        }
        assert_eq!(cut, whole);
        assert_eq!(whole.iter().flat_map(Operation::bytes).copied().collect::<Vec<_>>(), bytes);
    }

    #[test]
    fn what_is_not_the_protocol_is_an_error() {
        for bytes in [
            &b"PUB a x\r\n"[..],
            b"PUB\r\n",
            b"MSG a 3\r\nabc\r\n",
            b"HPUB a 5 3\r\nabc\r\n",
            b"PUB a 1\r\nabc\r\n",
            b"\xff\r\n",
        ] {
            let mut decoder = Decoder::default();
            decoder.push(bytes);
            assert!(decoder.next_operation().is_err(), "{bytes:?}");
        }
        let mut decoder = Decoder::default();
        decoder.push(&vec![b'x'; MAX_LINE + 1]);
        assert!(decoder.next_operation().is_err());
    }
}
