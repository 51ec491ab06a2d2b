//! The chat in the zip file that a phone exports, and the parts of a spreadsheet, read as streams. Nothing that the file says
//! of itself is trusted.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

/// The most files that a zip file may have: a chat with its pictures.
const FILES_LIMIT: u64 = 100_000;
/// The most times that a chat may grow when unpacked; deflate's own limit is 1032.
const GROWTH_LIMIT: u64 = 100;
/// The size to which a chat may always grow when unpacked (1 MiB).
const SIZE_ALWAYS_ALLOWED: u64 = 1 << 20;

/// Why a zip file has no readable chat.
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
    /// How many other files there are: the attachments of the chat.
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
/// The file has no chat, or several; it is encrypted or damaged; or the reader fails.
pub fn open_chat<R: Read + Seek>(mut file: R) -> Result<ZippedChat<R>, ZipError> {
    let (mut chat, mut texts, mut files, mut has_sheets) = (None, 0_u64, 0_u64, false);
    let end = each_entry(&mut file, |entry| {
        files += u64::from(!entry.name.ends_with('/'));
        has_sheets |= entry.name.starts_with("xl/");
        if is_chat_name(&entry.name) {
            texts += 1;
            chat.get_or_insert(entry);
        }
    })?;
    match (chat, texts) {
        (Some(chat), 1) => Ok(ZippedChat { text: unpack(file, &chat, end)?, others: files - 1 }),
        (Some(_), count) => refused(format!("is a zip file with {count} texts: unpack it, and import the chat")),
        (None, _) if has_sheets => refused("is a spreadsheet: send the orders as JSON"),
        (None, _) => refused("is a zip file without a chat: WhatsApp's holds one text, such as _chat.txt"),
    }
}

/// Returns whether a file is a text outside any folder: `_chat.txt`, `WhatsApp Chat with Karim.txt`.
fn is_chat_name(name: &str) -> bool {
    let is_text = name.len() > 4 && name.as_bytes()[name.len() - 4..].eq_ignore_ascii_case(b".txt");
    is_text && !name.contains('/') && !name.starts_with("._")
}

/// The parts of a spreadsheet: the files in its folder `xl`.
#[derive(Debug)]
pub struct SheetParts {
    entries: Vec<Entry>,
    /// Where the files end.
    end: u64,
}

impl SheetParts {
    /// Finds the parts.
    ///
    /// # Errors
    /// The file is damaged, several zip files in a row, or has too many files; or the reader fails.
    pub fn find(file: &mut (impl Read + Seek)) -> Result<SheetParts, ZipError> {
        const PARTS_LIMIT: usize = 1000;
        const NAME_LIMIT: usize = 1000;
        let mut entries = Vec::new();
        let end = each_entry(file, |entry| {
            let is_part = entry.name.starts_with("xl/") && entry.name.len() <= NAME_LIMIT;
            if is_part && entries.len() < PARTS_LIMIT {
                entries.push(entry);
            }
        })?;
        Ok(SheetParts { entries, end })
    }

    /// Unpacks the part of this name; `None` if there is none.
    ///
    /// # Errors
    /// It is encrypted or damaged; or the reader fails.
    pub fn open<R: Read + Seek>(&self, file: R, name: &str) -> Result<Option<BufReader<Unpacked<R>>>, ZipError> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name));
        entry.map(|entry| unpack(file, entry, self.end)).transpose()
    }
}

/// Passes on each file of the directory, and returns where the files end.
fn each_entry(file: &mut (impl Read + Seek), mut take: impl FnMut(Entry)) -> Result<u64, ZipError> {
    let Directory { offset, count } = find_directory(file)?;
    if count > FILES_LIMIT {
        return refused(format!("has {count} files, the most is {FILES_LIMIT}"));
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut reader = BufReader::new(file);
    let mut first = offset;
    for _ in 0..count {
        let entry = read_entry(&mut reader)?;
        first = first.min(entry.offset);
        take(entry);
    }
    if first > 0 { refused(SEVERAL) } else { Ok(offset) }
}

struct Directory {
    offset: u64,
    count: u64,
}

impl Directory {
    /// Requires that the directory ends exactly at `end`, so that everything before it is one zip file.
    fn ending_at(end: u64, offset: u64, size: u64, count: u64) -> Result<Directory, ZipError> {
        if offset.checked_add(size) == Some(end) { Ok(Directory { offset, count }) } else { refused(SEVERAL) }
    }
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
    if end.len() != END + usize::from(u16_at(end, 20)) {
        return refused("is a zip file with more behind it: import each by itself");
    }
    let count = u64::from(u16_at(end, 10));
    let [size, offset] = [12, 16].map(|at| u64::from(u32_at(end, at)));
    let locator = at.checked_sub(20).map(|at| &tail[at..]).filter(|tail| tail.starts_with(b"PK\x06\x07"));
    let Some(locator) = locator else {
        return Directory::ending_at(start + at as u64, offset, size, count);
    };
    // Values too large for these fields are in another record.
    let position = u64_at(locator, 8);
    file.seek(SeekFrom::Start(position))?;
    let mut end = [0; 56];
    read_exactly(file, &mut end)?;
    if !end.starts_with(b"PK\x06\x06") {
        return refused(DAMAGED);
    }
    Directory::ending_at(position, u64_at(&end, 48), u64_at(&end, 40), u64_at(&end, 32))
}

const DAMAGED: &str = "is a damaged zip file";
const SEVERAL: &str = "is several zip files in a row: import each by itself";

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
    // Values too large for these fields follow in this order in a field of its own.
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

/// Unpacks one file, whose bytes end before `end`.
fn unpack<R: Read + Seek>(mut file: R, entry: &Entry, end: u64) -> Result<BufReader<Unpacked<R>>, ZipError> {
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
    fn the_chat_is_read_and_its_attachments_are_counted() {
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
    fn a_zip_file_without_a_chat_or_damaged_is_refused_with_the_reason() {
        let chat: &[u8] = b"hello hello hello";
        let good = zip(&[("_chat.txt", chat, true)]);
        let changed = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        let directory_of = |zip: &[u8]| zip.len() - 22 - 46 - "_chat.txt".len();
        let directory = directory_of(&good);
        let put = |zip: &mut [u8], at: usize, value: u32| zip[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let lying = |zip: &[u8], packed: u32| {
            let mut zip = zip.to_vec();
            let at = directory_of(&zip) + 20;
            put(&mut zip, at, packed);
            zip
        };
        // A chat that claims the bytes of the picture behind it.
        let mut padded = zip(&[("_chat.txt", &vec![b'x'; 3 << 20], true), ("a.jpg", &vec![0; 1 << 20], false)]);
        let claim = directory_of(&padded) - 46 - "a.jpg".len() + 20;
        put(&mut padded, claim, 1 << 20);
        // Two zip files in a row, as a tool would mend their offsets.
        let mut adjusted = [&good[..], &good].concat();
        let (second, end) = (directory_of(&adjusted), adjusted.len() - 22);
        put(&mut adjusted, second + 42, u32::try_from(good.len()).unwrap());
        put(&mut adjusted, end + 16, u32::try_from(second).unwrap());
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
            (b"PK\x05\x06".to_vec(), "is a zip file that was cut off"),
            (changed(directory, b'X'), DAMAGED),
            (changed(0, b'X'), DAMAGED),
            (changed(directory + 16, good[directory + 16] ^ 1), DAMAGED),
            (changed(directory + 8, 1), "is an encrypted zip file: save it without a password"),
            (changed(directory + 10, 12), "is a zip file that is packed in an unusual way: unpack it"),
            (bomb.clone(), "is packed more than 100 to 1, as no text is"),
            (lying(&bomb, 0x7fff_ffff), DAMAGED),
            (lying(&bomb, 17), DAMAGED),
            (padded, "is packed more than 100 to 1, as no text is"),
            (lying(&good, 17), DAMAGED),
            ([&good[..], &good].concat(), "is several zip files in a row: import each by itself"),
            (adjusted, "is several zip files in a row: import each by itself"),
            ([&good[..], b"more"].concat(), "is a zip file with more behind it: import each by itself"),
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

    /// Writes sizes and places of a zip file with one file in the fields for large values: those at `places` of its entry.
    fn with_large_fields(zip: &[u8], name: &str, places: &[usize]) -> Vec<u8> {
        let end = zip.len() - 22;
        let directory = end - 46 - name.len();
        let mut bytes = zip[..directory].to_vec();
        let mut header = zip[directory..directory + 46].to_vec();
        let values: Vec<u64> = places.iter().map(|at| u64::from(u32_at(&header, *at))).collect();
        for at in places {
            header[*at..at + 4].fill(0xff);
        }
        // Behind a field of another kind.
        let mut extra = vec![0x55, 0x54, 1, 0, 7];
        extra.extend([1, 0, u8::try_from(8 * values.len()).unwrap(), 0]);
        extra.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        header[30..32].copy_from_slice(&u16::try_from(extra.len()).unwrap().to_le_bytes());
        bytes.extend(&header);
        bytes.extend(name.as_bytes());
        bytes.extend(&extra);
        let position = bytes.len();
        let mut large_end = vec![0; 56];
        large_end[..4].copy_from_slice(b"PK\x06\x06");
        for (at, value) in [(32, 1), (40, (position - directory) as u64), (48, directory as u64)] {
            large_end[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        bytes.extend(&large_end);
        bytes.extend(b"PK\x06\x07\0\0\0\0");
        bytes.extend((position as u64).to_le_bytes());
        bytes.extend([1, 0, 0, 0]);
        bytes.extend(&zip[end..end + 10]);
        bytes.extend([0xff; 10]);
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn values_in_the_fields_for_large_files_are_read() {
        let name = "_chat.txt";
        let chat = "hello ".repeat(9);
        for (is_deflated, places) in [
            (false, &[24, 20, 42][..]),
            (true, &[24, 20, 42]),
            (true, &[42]),
            (true, &[20]),
            (true, &[24, 42]),
            (true, &[]),
        ] {
            let large = with_large_fields(&zip(&[(name, chat.as_bytes(), is_deflated)]), name, places);
            assert_eq!(read(&large), Ok((chat.clone(), 0)), "{places:?}");
            for at in 0..large.len() {
                let mut damaged = large.clone();
                damaged[at] ^= 1;
                if let Ok((text, others)) = read(&damaged) {
                    assert_eq!((text, others), (chat.clone(), 0), "byte {at}");
                }
                let _ = read(&large[..at]);
            }
        }
    }

    #[test]
    fn a_zip_file_may_end_with_a_comment() {
        let with_comment = |length: usize| {
            let mut bytes = zip(&[("_chat.txt", b"hello", false)]);
            let end = bytes.len();
            bytes[end - 2..].copy_from_slice(&u16::try_from(length).unwrap().to_le_bytes());
            bytes.resize(end + length, b'x');
            bytes
        };
        for length in [1, 21, 22, 23, 0xffff] {
            assert_eq!(read(&with_comment(length)), Ok(("hello".to_owned(), 0)), "{length}");
        }
        let more = [&with_comment(0xffff)[..], b"x"].concat();
        assert!(read(&more).is_err());
    }

    #[test]
    fn a_chat_is_a_text_outside_any_folder() {
        for (name, is_chat) in [
            ("_chat.txt", true),
            ("WhatsApp Chat with Karim.TXT", true),
            ("a.txt", true),
            (".txt", false),
            ("a.txt/", false),
            ("folder/a.txt", false),
            ("._chat.txt", false),
            ("chat.json", false),
            ("txt", false),
        ] {
            assert_eq!(is_chat_name(name), is_chat, "{name}");
        }
    }

    #[test]
    fn a_zip_file_has_a_limited_number_of_files_and_growth() {
        let chat = zip(&[("_chat.txt", b"hello", false)]);
        let claiming = |count: u64| {
            let mut bytes = with_large_fields(&chat, "_chat.txt", &[]);
            let at = bytes.len() - 22 - 20 - 56 + 32;
            bytes[at..at + 8].copy_from_slice(&count.to_le_bytes());
            read(&bytes).unwrap_err()
        };
        assert_eq!(claiming(FILES_LIMIT), DAMAGED, "the second is missing");
        assert_eq!(claiming(FILES_LIMIT + 1), format!("has {} files, the most is {FILES_LIMIT}", FILES_LIMIT + 1));
        // A small chat may always have its size.
        let small = vec![b'x'; usize::try_from(SIZE_ALWAYS_ALLOWED).unwrap()];
        assert_eq!(read(&zip(&[("_chat.txt", &small, true)])).map(|(text, _)| text.len()), Ok(small.len()));
        let larger = [&small[..], b"x"].concat();
        let growth = "is packed more than 100 to 1, as no text is";
        assert_eq!(read(&zip(&[("_chat.txt", &larger, true)])), Err(growth.to_owned()));
        assert_eq!(read(&zip(&[("_chat.txt", &larger, false)])).map(|(text, _)| text.len()), Ok(larger.len()));
    }

    /// Phones write times there.
    #[test]
    fn further_fields_before_the_content_are_skipped() {
        let name = "_chat.txt";
        let mut bytes = zip(&[(name, b"hello", true)]);
        let end = bytes.len() - 22;
        let directory = u32_at(&bytes, end + 16) + 5;
        bytes[end + 16..end + 20].copy_from_slice(&directory.to_le_bytes());
        bytes[28] = 5;
        let content = 30 + name.len();
        bytes.splice(content..content, [0x55, 0x54, 1, 0, 7]);
        assert_eq!(read(&bytes), Ok(("hello".to_owned(), 0)));
    }

    #[test]
    fn reading_nothing_ends_nothing() {
        let bytes = zip(&[("_chat.txt", b"hello", true)]);
        let mut chat = open_chat(Cursor::new(bytes)).unwrap();
        assert_eq!(chat.text.get_mut().read(&mut []).unwrap(), 0);
        let mut text = String::new();
        chat.text.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
        assert_eq!(chat.text.read(&mut [0; 8]).unwrap(), 0);
    }

    #[test]
    fn a_place_beyond_the_end_is_a_file_that_was_cut_off() {
        let mut bytes = with_large_fields(&zip(&[("_chat.txt", b"hello", false)]), "_chat.txt", &[]);
        let (at, beyond) = (bytes.len() - 22 - 20 + 8, 0x0123_4567_89ab_u64);
        bytes[at..at + 8].copy_from_slice(&beyond.to_le_bytes());
        assert_eq!(u64_at(&bytes, at), beyond);
        assert_eq!(read(&bytes), Err("is a zip file that was cut off".to_owned()));
    }
}
