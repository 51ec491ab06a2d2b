//! A reader that takes bytes back.

use std::io::{self, BufRead};

/// A reader that takes bytes back.
#[derive(Debug)]
pub(super) struct Rewind<R> {
    /// What to read before the rest of the reader, from `at` on.
    ahead: Vec<u8>,
    at: usize,
    reader: R,
}

impl<R: BufRead> Rewind<R> {
    pub(super) fn new(reader: R) -> Rewind<R> {
        Rewind { ahead: Vec::new(), at: 0, reader }
    }

    pub(super) fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.ahead.len() {
            return Ok(&self.ahead[self.at..]);
        }
        if self.at > 0 {
            (self.ahead, self.at) = (Vec::new(), 0);
        }
        self.reader.fill_buf()
    }

    pub(super) fn consume(&mut self, count: usize) {
        if self.at < self.ahead.len() { self.at += count } else { self.reader.consume(count) }
    }

    /// Gives back the last bytes.
    pub(super) fn unread(&mut self, mut bytes: Vec<u8>) {
        if bytes.len() <= self.at {
            self.at -= bytes.len();
        } else {
            bytes.extend_from_slice(&self.ahead[self.at..]);
            (self.ahead, self.at) = (bytes, 0);
        }
    }

    /// Returns the next bytes without taking them: at least `count`, or all there are.
    pub(super) fn look_ahead(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.ahead.len() - self.at < count {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let taken = buffer.len();
            self.ahead.extend_from_slice(buffer);
            self.reader.consume(taken);
        }
        Ok(&self.ahead[self.at..])
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// A reader that fetches two bytes at a time.
    fn reader(text: &str) -> Rewind<BufReader<&[u8]>> {
        Rewind::new(BufReader::with_capacity(2, text.as_bytes()))
    }

    fn take(reader: &mut Rewind<BufReader<&[u8]>>, count: usize) -> String {
        let mut taken = Vec::new();
        while taken.len() < count {
            let buffer = reader.fill_buf().unwrap();
            if buffer.is_empty() {
                break;
            }
            taken.push(buffer[0]);
            reader.consume(1);
        }
        String::from_utf8(taken).unwrap()
    }

    #[test]
    fn looking_ahead_takes_nothing() {
        let mut reader = reader("abcdef");
        for (count, least) in [(1, "ab"), (3, "abcd"), (9, "abcdef")] {
            assert_eq!(reader.look_ahead(count).unwrap(), least.as_bytes());
        }
        assert_eq!(take(&mut reader, 1), "a");
        assert_eq!(reader.look_ahead(5).unwrap(), b"bcdef");
        let mut further = self::reader("abcdefgh");
        assert_eq!(further.look_ahead(4).unwrap(), b"abcd");
        assert_eq!(take(&mut further, 2), "ab");
        assert_eq!(further.look_ahead(4).unwrap(), b"cdef");
        assert_eq!(take(&mut reader, 9), "bcdef");
        assert_eq!(reader.look_ahead(1).unwrap(), b"");
    }

    #[test]
    fn looking_ahead_reads_no_further_than_it_must() {
        let mut reader = reader("abcdef");
        assert_eq!(reader.look_ahead(2).unwrap(), b"ab");
        assert_eq!(reader.look_ahead(2).unwrap(), b"ab");
    }

    #[test]
    fn bytes_that_were_given_back_come_again() {
        let mut reader = reader("abcdef");
        assert_eq!(take(&mut reader, 3), "abc");
        reader.unread(b"bc".to_vec());
        reader.unread(b"a".to_vec());
        assert_eq!(take(&mut reader, 2), "ab");
        // What was given back before comes after what is given back now.
        reader.unread(b"ab".to_vec());
        reader.unread(b"xy".to_vec());
        assert_eq!(take(&mut reader, 9), "xyabcdef");
        reader.unread(b"ef".to_vec());
        assert_eq!(reader.look_ahead(9).unwrap(), b"ef");
    }
}
