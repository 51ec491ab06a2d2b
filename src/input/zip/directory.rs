//! The directory of a zip file: which files there are, and where. Nothing that the file says of itself is trusted.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// The most files that a zip file may have: a chat with its pictures.
const FILES_LIMIT: u64 = 100_000;
pub(super) const DAMAGED: &str = "is a damaged zip file";
const SEVERAL: &str = "is several zip files in a row: import each by itself";

/// Why a zip file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// The reader failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What the file is or lacks.
    #[error("{0}")]
    Refused(String),
}

pub(super) fn refused<T>(what: impl Into<String>) -> Result<T, ZipError> {
    Err(ZipError::Refused(what.into()))
}

/// One file of the directory.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub name: String,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub packed: u64,
    pub offset: u64,
}

/// Passes on each file of the directory, and returns where the files end.
pub(super) fn each_entry(file: &mut (impl Read + Seek), mut take: impl FnMut(Entry)) -> Result<u64, ZipError> {
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

pub(super) fn read_exactly(reader: &mut impl Read, bytes: &mut [u8]) -> Result<(), ZipError> {
    reader.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ZipError::Refused("is a zip file that was cut off".to_owned()),
        _ => error.into(),
    })
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::zip::tests::{last_entry_of, put_u32, read, with_large_fields, zip};

    #[test]
    fn a_directory_that_is_damaged_or_not_the_only_one_is_refused_with_the_reason() {
        let good = zip(&[("_chat.txt", b"hello hello hello", true)]);
        let mut damaged = good.clone();
        damaged[last_entry_of(&good, "_chat.txt")] = b'X';
        // Two zip files in a row, as a tool would mend their offsets.
        let mut adjusted = [&good[..], &good].concat();
        let (second, end) = (last_entry_of(&adjusted, "_chat.txt"), adjusted.len() - 22);
        put_u32(&mut adjusted, second + 42, u32::try_from(good.len()).unwrap());
        put_u32(&mut adjusted, end + 16, u32::try_from(second).unwrap());
        for (bytes, expected) in [
            (good[..good.len() - 30].to_vec(), "is a zip file that was cut off"),
            (b"PK\x03\x04".to_vec(), "is a zip file that was cut off"),
            (b"PK\x05\x06".to_vec(), "is a zip file that was cut off"),
            (damaged, DAMAGED),
            ([&good[..], &good].concat(), "is several zip files in a row: import each by itself"),
            (adjusted, "is several zip files in a row: import each by itself"),
            ([&good[..], b"more"].concat(), "is a zip file with more behind it: import each by itself"),
        ] {
            assert_eq!(read(&bytes), Err(expected.to_owned()));
        }
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
    fn a_zip_file_has_a_limited_number_of_files() {
        let chat = zip(&[("_chat.txt", b"hello", false)]);
        let claiming = |count: u64| {
            let mut bytes = with_large_fields(&chat, "_chat.txt", &[]);
            let at = bytes.len() - 22 - 20 - 56 + 32;
            bytes[at..at + 8].copy_from_slice(&count.to_le_bytes());
            read(&bytes).unwrap_err()
        };
        assert_eq!(claiming(FILES_LIMIT), DAMAGED, "the second is missing");
        assert_eq!(claiming(FILES_LIMIT + 1), format!("has {} files, the most is {FILES_LIMIT}", FILES_LIMIT + 1));
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
