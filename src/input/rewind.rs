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
