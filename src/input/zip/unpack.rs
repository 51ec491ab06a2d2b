//! Unpacks one file of a zip file as a stream: its growth is limited, and its end is checked.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::directory::{DAMAGED, Entry, ZipError, read_exactly, refused, u16_at};

/// The most times that a chat may grow when unpacked; deflate's own limit is 1032.
const GROWTH_LIMIT: u64 = 100;
/// The size to which a chat may always grow when unpacked (1 MiB).
const SIZE_ALWAYS_ALLOWED: u64 = 1 << 20;

/// Unpacks one file, whose bytes end before `end`.
pub(super) fn unpack<R: Read + Seek>(mut file: R, entry: &Entry, end: u64) -> Result<BufReader<Unpacked<R>>, ZipError> {
    if entry.flags & 1 != 0 {
        return refused("is an encrypted zip file: save it without a password");
    }
    file.seek(SeekFrom::Start(entry.offset))?;
    let mut header = [0; 30];
    read_exactly(&mut file, &mut header)?;
    if !header.starts_with(b"PK\x03\x04") {
        return refused(DAMAGED);
    }
    let skipped = i64::from(u16_at(&header, 26)) + i64::from(u16_at(&header, 28));
    let start = file.seek(SeekFrom::Current(skipped))?;
    if start.checked_add(entry.packed).is_none_or(|its_end| its_end > end) {
        return refused(DAMAGED);
    }
    let packed = BufReader::with_capacity(1 << 16, file.take(entry.packed));
    let inner = match entry.method {
        0 => Inner::Stored(packed),
        8 => Inner::Deflated(Box::new(DeflateDecoder::new(packed))),
        _ => return refused("is a zip file that is packed in an unusual way: unpack it"),
    };
    let unpacked =
        Unpacked { inner, packed: entry.packed, length: 0, crc: Crc::new(), expected: entry.crc, is_done: false };
    Ok(BufReader::with_capacity(1 << 16, unpacked))
}

/// The bytes of one file, checked at their end.
#[derive(Debug)]
pub struct Unpacked<R> {
    inner: Inner<R>,
    /// How many bytes it has in the zip file, by the directory.
    packed: u64,
    /// How many bytes were unpacked.
    length: u64,
    crc: Crc,
    expected: u32,
    is_done: bool,
}

#[derive(Debug)]
enum Inner<R> {
    Stored(BufReader<Take<R>>),
    Deflated(Box<DeflateDecoder<BufReader<Take<R>>>>),
}

impl<R: Read> Unpacked<R> {
    /// Returns how many bytes of the zip file were unpacked.
    fn consumed(&self) -> u64 {
        match &self.inner {
            Inner::Stored(_) => self.length,
            Inner::Deflated(decoder) => decoder.total_in(),
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.is_done || bytes.is_empty() {
            return Ok(0);
        }
        let count = match &mut self.inner {
            Inner::Stored(packed) => packed.read(bytes)?,
            Inner::Deflated(packed) => packed.read(bytes).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => damaged(),
                _ => error,
            })?,
        };
        self.crc.update(&bytes[..count]);
        self.length += count as u64;
        if count == 0 {
            self.is_done = true;
            let is_whole = self.crc.sum() == self.expected && self.consumed() == self.packed;
            return if is_whole { Ok(0) } else { Err(damaged()) };
        }
        if self.length > self.consumed().saturating_mul(GROWTH_LIMIT).max(SIZE_ALWAYS_ALLOWED) {
            let what = format!("is packed more than {GROWTH_LIMIT} to 1, as no text is");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(count)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, DAMAGED)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::input::zip::directory::u32_at;
    use crate::input::zip::open_chat;
    use crate::input::zip::tests::{last_entry_of, put_u32, read, zip};

    const CHAT: &str = "_chat.txt";
    const TOO_MUCH: &str = "is packed more than 100 to 1, as no text is";

    #[test]
    fn a_file_that_is_not_what_its_entry_says_is_refused_with_the_reason() {
        let good = zip(&[(CHAT, b"hello hello hello", true)]);
        let entry = last_entry_of(&good, CHAT);
        let changed = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        let lying = |zip: &[u8], packed: u32| {
            let mut zip = zip.to_vec();
            let at = last_entry_of(&zip, CHAT) + 20;
            put_u32(&mut zip, at, packed);
            zip
        };
        // A chat that claims the bytes of the picture behind it.
        let mut padded = zip(&[(CHAT, &vec![b'x'; 3 << 20], true), ("a.jpg", &vec![0; 1 << 20], false)]);
        let claim = last_entry_of(&padded, "a.jpg") - 46 - CHAT.len() + 20;
        put_u32(&mut padded, claim, 1 << 20);
        let bomb = zip(&[(CHAT, &vec![b'x'; 3 << 20], true)]);
        for (bytes, expected) in [
            (changed(0, b'X'), DAMAGED),
            (changed(entry + 16, good[entry + 16] ^ 1), DAMAGED),
            (changed(entry + 8, 1), "is an encrypted zip file: save it without a password"),
            (changed(entry + 10, 12), "is a zip file that is packed in an unusual way: unpack it"),
            (bomb.clone(), TOO_MUCH),
            (lying(&bomb, 0x7fff_ffff), DAMAGED),
            (lying(&bomb, 17), DAMAGED),
            (padded, TOO_MUCH),
            (lying(&good, 17), DAMAGED),
        ] {
            assert_eq!(read(&bytes), Err(expected.to_owned()));
        }
    }

    #[test]
    fn a_small_chat_may_always_have_its_size() {
        let small = vec![b'x'; usize::try_from(SIZE_ALWAYS_ALLOWED).unwrap()];
        assert_eq!(read(&zip(&[(CHAT, &small, true)])).map(|(text, _)| text.len()), Ok(small.len()));
        let larger = [&small[..], b"x"].concat();
        assert_eq!(read(&zip(&[(CHAT, &larger, true)])), Err(TOO_MUCH.to_owned()));
        assert_eq!(read(&zip(&[(CHAT, &larger, false)])).map(|(text, _)| text.len()), Ok(larger.len()));
    }

    /// Phones write times there.
    #[test]
    fn further_fields_before_the_content_are_skipped() {
        let mut bytes = zip(&[(CHAT, b"hello", true)]);
        let end = bytes.len() - 22;
        let directory = u32_at(&bytes, end + 16) + 5;
        bytes[end + 16..end + 20].copy_from_slice(&directory.to_le_bytes());
        bytes[28] = 5;
        let content = 30 + CHAT.len();
        bytes.splice(content..content, [0x55, 0x54, 1, 0, 7]);
        assert_eq!(read(&bytes), Ok(("hello".to_owned(), 0)));
    }

    #[test]
    fn an_empty_read_is_not_the_end() {
        let bytes = zip(&[(CHAT, b"hello", true)]);
        let mut chat = open_chat(Cursor::new(bytes)).unwrap();
        assert_eq!(chat.text.get_mut().read(&mut []).unwrap(), 0);
        let mut text = String::new();
        chat.text.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
        assert_eq!(chat.text.read(&mut [0; 8]).unwrap(), 0);
    }
}
