//! The chat in the zip file that a phone makes of it, read as a stream. Nothing that the file says of itself is believed.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

/// The most files that one may have: a chat with its pictures.
const FILES_LIMIT: u64 = 100_000;
/// How many times its own size a chat may have when it is unpacked; deflate does no better than 1032.
const RATIO_LIMIT: u64 = 100;
/// What a small one may have whatever its size (1 MiB).
const SMALL: u64 = 1 << 20;

/// Why there is no chat to read.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// The reader failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What the file is or lacks.
    #[error("{0}")]
    Refused(String),
}

fn refused<T>(what: impl Into<String>) -> Result<T, ZipError> {
    Err(ZipError::Refused(what.into()))
}

/// The chat in a zip file.
#[derive(Debug)]
pub struct ZippedChat<R> {
    /// Its text.
    pub text: BufReader<Unpacked<R>>,
    /// How many other files there are: what was sent in the chat.
    pub others: u64,
}

/// One file of the directory.
#[derive(Debug, Clone)]
struct Entry {
    name: String,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    offset: u64,
}

/// Finds the only chat in a zip file.
///
/// # Errors
/// It has none, or several; it is encrypted or damaged; the reader fails.
pub fn open_chat<R: Read + Seek>(mut file: R) -> Result<ZippedChat<R>, ZipError> {
    let directory = find_directory(&mut file)?;
    if directory.count > FILES_LIMIT {
        return refused(format!("has {} files, the most is {FILES_LIMIT}", directory.count));
    }
    file.seek(SeekFrom::Start(directory.offset))?;
    let mut reader = BufReader::new(&mut file);
    let (mut chat, mut texts, mut files, mut has_sheets) = (None, 0_u64, 0_u64, false);
    for _ in 0..directory.count {
        let entry = read_entry(&mut reader)?;
        files += u64::from(!entry.name.ends_with('/'));
        has_sheets |= entry.name.starts_with("xl/");
        if is_chat_name(&entry.name) {
            texts += 1;
            chat.get_or_insert(entry);
        }
    }
    match (chat, texts) {
        (Some(chat), 1) => Ok(ZippedChat { text: unpack(file, &chat)?, others: files - 1 }),
        (Some(_), count) => refused(format!("is a zip file with {count} texts: unpack it, and import the chat")),
        (None, _) if has_sheets => refused("is a spreadsheet: send the orders as JSON"),
        (None, _) => refused("is a zip file without a chat: WhatsApp's holds one text, such as _chat.txt"),
    }
}

/// Returns whether a file is a text that stands in no folder: `_chat.txt`, `WhatsApp Chat with Karim.txt`.
fn is_chat_name(name: &str) -> bool {
    let is_text = name.len() > 4 && name.as_bytes()[name.len() - 4..].eq_ignore_ascii_case(b".txt");
    is_text && !name.contains('/') && !name.starts_with("._")
}

struct Directory {
    offset: u64,
    count: u64,
}

/// Finds the directory by the record at the end of the file.
fn find_directory(file: &mut (impl Read + Seek)) -> Result<Directory, ZipError> {
    const END: usize = 22;
    const LONGEST: u64 = END as u64 + 0xffff;
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(LONGEST);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(LONGEST).read_to_end(&mut tail)?;
    let found = (0..=tail.len().saturating_sub(END)).rev().find(|at| tail[*at..].starts_with(b"PK\x05\x06"));
    let Some(at) = found.filter(|at| at + END <= tail.len()) else {
        return refused("is a zip file that was cut off");
    };
    let end = &tail[at..];
    let (count, offset) = (u64::from(u16_at(end, 10)), u64::from(u32_at(end, 16)));
    if count != 0xffff && offset != 0xffff_ffff {
        return Ok(Directory { offset, count });
    }
    // Too large for these fields: another record has them.
    let Some(locator) = at.checked_sub(20).map(|at| &tail[at..]).filter(|tail| tail.starts_with(b"PK\x06\x07")) else {
        return Ok(Directory { offset, count });
    };
    file.seek(SeekFrom::Start(u64_at(locator, 8)))?;
    let mut end = [0; 56];
    read_exactly(file, &mut end)?;
    if !end.starts_with(b"PK\x06\x06") {
        return refused(DAMAGED);
    }
    Ok(Directory { offset: u64_at(&end, 48), count: u64_at(&end, 32) })
}

const DAMAGED: &str = "is a damaged zip file";

fn read_entry(reader: &mut impl Read) -> Result<Entry, ZipError> {
    let mut header = [0; 46];
    read_exactly(reader, &mut header)?;
    if !header.starts_with(b"PK\x01\x02") {
        return refused(DAMAGED);
    }
    let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(&header, at)));
    let mut rest = vec![0; name + extra + comment];
    read_exactly(reader, &mut rest)?;
    let mut entry = Entry {
        name: String::from_utf8_lossy(&rest[..name]).into_owned(),
        flags: u16_at(&header, 8),
        method: u16_at(&header, 10),
        crc: u32_at(&header, 16),
        packed: u64::from(u32_at(&header, 20)),
        offset: u64::from(u32_at(&header, 42)),
    };
    // What is too large for these fields follows in this order in a field of its own.
    let large = [(24, None), (20, Some(&mut entry.packed)), (42, Some(&mut entry.offset))];
    let mut values = zip64_field(&rest[name..name + extra]).unwrap_or_default();
    for (at, field) in large {
        if u32_at(&header, at) == 0xffff_ffff && values.len() >= 8 {
            if let Some(field) = field {
                *field = u64_at(values, 0);
            }
            values = &values[8..];
        }
    }
    Ok(entry)
}

fn zip64_field(mut extra: &[u8]) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let (id, size) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let value = extra.get(4..4 + size)?;
        if id == 1 {
            return Some(value);
        }
        extra = &extra[4 + size..];
    }
    None
}

fn unpack<R: Read + Seek>(mut file: R, entry: &Entry) -> Result<BufReader<Unpacked<R>>, ZipError> {
    if entry.flags & 1 != 0 {
        return refused("is an encrypted zip file: unpack it, and import the chat");
    }
    file.seek(SeekFrom::Start(entry.offset))?;
    let mut header = [0; 30];
    read_exactly(&mut file, &mut header)?;
    if !header.starts_with(b"PK\x03\x04") {
        return refused(DAMAGED);
    }
    let skipped = i64::from(u16_at(&header, 26)) + i64::from(u16_at(&header, 28));
    file.seek(SeekFrom::Current(skipped))?;
    let packed = BufReader::with_capacity(1 << 16, file.take(entry.packed));
    let inner = match entry.method {
        0 => Inner::Stored(packed),
        8 => Inner::Deflated(Box::new(DeflateDecoder::new(packed))),
        _ => return refused("is a zip file that is packed in an unusual way: unpack it, and import the chat"),
    };
    let room = entry.packed.saturating_mul(RATIO_LIMIT).max(SMALL);
    let unpacked = Unpacked { inner, room, crc: Crc::new(), expected: entry.crc, is_done: false };
    Ok(BufReader::with_capacity(1 << 16, unpacked))
}

/// The bytes of one file, checked at their end.
#[derive(Debug)]
pub struct Unpacked<R> {
    inner: Inner<R>,
    /// How many more bytes there may be.
    room: u64,
    crc: Crc,
    expected: u32,
    is_done: bool,
}

#[derive(Debug)]
enum Inner<R> {
    Stored(BufReader<Take<R>>),
    Deflated(Box<DeflateDecoder<BufReader<Take<R>>>>),
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
        if count == 0 {
            self.is_done = true;
            return if self.crc.sum() == self.expected { Ok(0) } else { Err(damaged()) };
        }
        match self.room.checked_sub(count as u64) {
            Some(room) => self.room = room,
            None => {
                let what = format!("is packed more than {RATIO_LIMIT} to 1, as no chat is");
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
        Ok(count)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, DAMAGED)
}

fn read_exactly(reader: &mut impl Read, bytes: &mut [u8]) -> Result<(), ZipError> {
    reader.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ZipError::Refused("is a zip file that was cut off".to_owned()),
        _ => error.into(),
    })
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    /// Makes a zip file of stored and deflated files.
    pub fn zip(files: &[(&str, &[u8], bool)]) -> Vec<u8> {
        let (mut bytes, mut directory) = (Vec::new(), Vec::new());
        for (name, content, is_deflated) in files {
            let mut crc = Crc::new();
            crc.update(content);
            let packed = if *is_deflated {
                let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
                encoder.write_all(content).unwrap();
                encoder.finish().unwrap()
            } else {
                content.to_vec()
            };
            let offset = u32::try_from(bytes.len()).unwrap();
            let mut common = vec![20, 0, 0, 0, if *is_deflated { 8 } else { 0 }, 0, 0, 0, 0, 0];
            common.extend(crc.sum().to_le_bytes());
            common.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
            common.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
            common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            common.extend([0, 0]);
            bytes.extend(b"PK\x03\x04");
            bytes.extend(&common);
            bytes.extend(name.as_bytes());
            bytes.extend(&packed);
            directory.extend(b"PK\x01\x02\x14\0");
            directory.extend(&common);
            directory.extend([0; 10]);
            directory.extend(offset.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let (count, offset) = (u16::try_from(files.len()).unwrap(), u32::try_from(bytes.len()).unwrap());
        bytes.extend(&directory);
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend(count.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }

    fn read(zip: &[u8]) -> Result<(String, u64), String> {
        let mut chat = open_chat(Cursor::new(zip)).map_err(|error| error.to_string())?;
        let mut text = String::new();
        chat.text.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok((text, chat.others))
    }

    #[test]
    fn the_chat_is_read_and_what_was_sent_in_it_is_counted() {
        let chat: &[u8] = b"06/02/2026, 18:06 - Karim: hello";
        for is_deflated in [false, true] {
            let with_media = zip(&[
                ("IMG-1.jpg", b"x", false),
                ("WhatsApp Chat with Karim.txt", chat, is_deflated),
                ("folder/", b"", false),
                ("folder/other.txt", b"y", false),
            ]);
            assert_eq!(read(&with_media), Ok((String::from_utf8_lossy(chat).into_owned(), 2)));
        }
    }

    #[test]
    fn what_holds_no_chat_or_is_damaged_is_refused_by_name() {
        let chat: &[u8] = b"hello hello hello";
        let good = zip(&[("_chat.txt", chat, true)]);
        let changed = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        let directory = good.len() - 22 - 46 - "_chat.txt".len();
        let bomb = zip(&[("_chat.txt", &vec![b'x'; 3 << 20], true)]);
        for (bytes, expected) in [
            (
                zip(&[("a.jpg", b"x", false)]),
                "is a zip file without a chat: WhatsApp's holds one text, such as _chat.txt",
            ),
            (zip(&[("xl/workbook.xml", b"x", false)]), "is a spreadsheet: send the orders as JSON"),
            (
                zip(&[("a.txt", b"", false), ("b.TXT", b"", false)]),
                "is a zip file with 2 texts: unpack it, and import the chat",
            ),
            (good[..good.len() - 30].to_vec(), "is a zip file that was cut off"),
            (b"PK\x03\x04".to_vec(), "is a zip file that was cut off"),
            (changed(directory, b'X'), DAMAGED),
            (changed(0, b'X'), DAMAGED),
            (changed(directory + 16, good[directory + 16] ^ 1), DAMAGED),
            (changed(directory + 8, 1), "is an encrypted zip file: unpack it, and import the chat"),
            (
                changed(directory + 10, 12),
                "is a zip file that is packed in an unusual way: unpack it, and import the chat",
            ),
            (bomb, "is packed more than 100 to 1, as no chat is"),
        ] {
            assert_eq!(read(&bytes), Err(expected.to_owned()));
        }
        for at in 0..good.len() {
            for byte in [0, 0xff, good[at] ^ 1] {
                let _ = read(&changed(at, byte));
            }
            let _ = read(&good[..at]);
        }
    }
}
