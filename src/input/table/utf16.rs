//! Text in UTF-8, whether the bytes are UTF-8 or UTF-16: spreadsheets save "Unicode text" as UTF-16.

use std::io::{self, BufRead, Read};

/// How UTF-16 begins, the lower byte first, and the higher.
const MARKS: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];
/// Stands for bytes that are no text: UTF-8 never has this byte.
const NO_TEXT: u8 = 0xff;

/// A reader of text. Bytes that begin with a mark of UTF-16 come out as UTF-8, the mark too; all others as they are.
#[derive(Debug)]
pub struct Text<R> {
    inner: R,
    /// The place of the higher byte of a unit; `None` for bytes that pass as they are.
    high: Option<usize>,
    /// UTF-8 that was not taken yet, from `taken` on.
    ready: Vec<u8>,
    taken: usize,
    /// The first byte of a unit that was cut by the end of a buffer.
    odd: Option<u8>,
    /// The first half of a character of two units.
    first_half: Option<u16>,
}

impl<R: BufRead> Text<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// Reading failed.
    pub fn begin(mut inner: R) -> io::Result<Text<R>> {
        let head = inner.fill_buf()?;
        let high = MARKS.iter().position(|mark| head.starts_with(mark)).map(|at| 1 - at);
        Ok(Text { inner, high, ready: Vec::new(), taken: 0, odd: None, first_half: None })
    }

    fn put_unit(&mut self, unit: u16) {
        let units = self.first_half.take().into_iter().chain([unit]);
        for decoded in char::decode_utf16(units) {
            match decoded {
                Ok(c) => self.ready.extend(c.encode_utf8(&mut [0; 4]).bytes()),
                Err(half) if half.unpaired_surrogate() == unit && (0xd800..0xdc00).contains(&unit) => {
                    self.first_half = Some(unit);
                }
                Err(_) => self.ready.push(NO_TEXT),
            }
        }
    }

    /// Decodes the next buffer.
    fn decode(&mut self, high: usize) -> io::Result<()> {
        self.ready.clear();
        self.taken = 0;
        while self.ready.is_empty() {
            let bytes = self.inner.fill_buf()?.to_vec();
            if bytes.is_empty() {
                let is_cut = self.odd.take().is_some() | self.first_half.take().is_some();
                self.ready.extend(is_cut.then_some(NO_TEXT));
                return Ok(());
            }
            self.inner.consume(bytes.len());
            for byte in bytes {
                match self.odd.take() {
                    None => self.odd = Some(byte),
                    Some(first) => {
                        let pair = [first, byte];
                        self.put_unit(u16::from_be_bytes([pair[high], pair[1 - high]]));
                    }
                }
            }
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut ready = self.fill_buf()?;
        let count = ready.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Text<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.high {
            None => self.inner.fill_buf(),
            Some(high) => {
                if self.taken == self.ready.len() {
                    self.decode(high)?;
                }
                Ok(&self.ready[self.taken..])
            }
        }
    }

    fn consume(&mut self, count: usize) {
        match self.high {
            None => self.inner.consume(count),
            Some(_) => self.taken = (self.taken + count).min(self.ready.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    fn read(bytes: &[u8], buffer: usize) -> Vec<u8> {
        let mut read = Vec::new();
        Text::begin(BufReader::with_capacity(buffer, bytes)).unwrap().read_to_end(&mut read).unwrap();
        read
    }

    #[test]
    fn both_forms_of_utf16_come_out_as_utf8() {
        let text = "\u{feff}name\tقميص أزرق\r\n👕\t9";
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes = utf16(text, to_bytes);
            // Wherever a buffer ends: inside a unit, or a character.
            for buffer in [2, 3, 5, 7, 1 << 12] {
                assert_eq!(String::from_utf8(read(&bytes, buffer)).unwrap(), text, "{buffer}");
            }
        }
        for bytes in [text.as_bytes(), b"\xff", b"", b"a\xff\xfe"] {
            assert_eq!(read(bytes, 2), bytes);
        }
    }

    #[test]
    fn what_is_no_text_is_no_utf8_either() {
        let unit = |unit: u16| unit.to_le_bytes();
        for bad in [
            &[unit(0xd83d), unit(0x41)].concat()[..],
            &[unit(0xdc55), unit(0x41)].concat(),
            &unit(0xd83d),
            &[unit(0x41).as_slice(), b"x"].concat(),
        ] {
            let read = read(&[&MARKS[0][..], bad].concat(), 3);
            assert!(read.starts_with("\u{feff}".as_bytes()) && std::str::from_utf8(&read).is_err(), "{read:?}");
        }
        assert_eq!(
            read(&[&MARKS[0][..], &unit(0xd83d), &unit(0x41)].concat(), 8),
            "\u{feff}\u{0}A"
                .replace('\0', "")
                .into_bytes()
                .into_iter()
                .take(3)
                .chain([NO_TEXT, b'A'])
                .collect::<Vec<_>>()
        );
    }
}
