//! Zip files: the chat or the parts of a workbook in them come out as they were packed, or are refused.

#![expect(clippy::cast_possible_truncation, reason = "the zip files that are made here are small")]

use std::collections::HashSet;
use std::io::{Cursor, Write as _};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use orders::input::zip::{SheetParts, ZipError, open_chat};

use super::{hold_problem, hold_shown};

/// The line before a part: how it is packed, and its name.
const MARK: &[u8] = b"=== ";
/// How a part may be packed: as it is, deflated, or with its sizes in the fields for large files. Another letter is a method
/// that nobody knows.
const STORED: u8 = b's';
const DEFLATED: u8 = b'd';
const LARGE: u8 = b'l';
/// In place of a part: what to change in the zip file, three bytes each.
const DAMAGE: u8 = b'!';
/// The most bytes of a name.
const LONGEST_NAME: usize = 1000;
/// The most that a part may grow when unpacked, or to this size.
const GROWTH: usize = 100;
const ALWAYS_ALLOWED: usize = 1 << 20;
/// The most parts of a workbook that are looked at.
const PARTS_LIMIT: usize = 1000;

/// One file of a zip file.
struct Part<'a> {
    how: u8,
    name: &'a [u8],
    content: &'a [u8],
}

/// Splits a text into parts at its lines `=== d xl/workbook.xml`.
fn parts(text: &[u8]) -> Vec<Part<'_>> {
    let mut starts: Vec<usize> = (0..text.len()).filter(|at| text[*at..].starts_with(MARK)).collect();
    starts.retain(|at| *at == 0 || text[at - 1] == b'\n');
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let part = |(start, end): (&usize, usize)| {
        let part = &text[start + MARK.len()..end];
        let line = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
        let (head, content) = (&part[..line], part.get(line + 1..).unwrap_or_default());
        let name = head.get(2..).unwrap_or_default();
        Part { how: head.first().copied().unwrap_or(STORED), name: &name[..name.len().min(LONGEST_NAME)], content }
    };
    starts.iter().zip(ends).map(part).collect()
}

/// Builds the zip file of a text with its parts. Its checksums are right, so that a fuzzer gets past them.
pub fn build(text: &[u8]) -> Vec<u8> {
    let (mut zip, mut directory, mut count, mut damage) = (Vec::new(), Vec::new(), 0_u16, Vec::new());
    for Part { how, name, content } in parts(text) {
        if how == DAMAGE {
            damage.extend(content.chunks_exact(3));
            continue;
        }
        let packed = match how {
            DEFLATED => deflated(content),
            _ => content.to_vec(),
        };
        let method = match how {
            STORED | LARGE => 0,
            DEFLATED => 8,
            other => u16::from(other),
        };
        let mut crc = Crc::new();
        crc.update(content);
        let sizes = [packed.len() as u64, content.len() as u64];
        let (fields, extra) = match how {
            // Both sizes and the place follow in a field of their own.
            LARGE => ([u32::MAX; 2], [&[1, 0, 24, 0][..], &large([sizes[1], sizes[0], zip.len() as u64])].concat()),
            _ => (sizes.map(|size| size as u32), Vec::new()),
        };
        let head: Vec<u8> = [[20, 0], [0, 0], method.to_le_bytes(), [0, 0], [0, 0]].concat();
        let about = [&head[..], &crc.sum().to_le_bytes(), &fields[0].to_le_bytes(), &fields[1].to_le_bytes()].concat();
        let name_length = (name.len() as u16).to_le_bytes();
        let offset = if how == LARGE { u32::MAX } else { zip.len() as u32 };
        let extra_length = (extra.len() as u16).to_le_bytes();
        directory.extend([&b"PK\x01\x02\x14\0"[..], &about, &name_length, &extra_length, &[0; 10]].concat());
        directory.extend([&offset.to_le_bytes()[..], name, &extra].concat());
        zip.extend([&b"PK\x03\x04"[..], &about, &name_length, &[0; 2], name, &packed].concat());
        count += 1;
    }
    let [size, offset] = [directory.len(), zip.len()].map(|number| (number as u32).to_le_bytes());
    let counts = [count.to_le_bytes(); 2].concat();
    zip.extend([&directory[..], b"PK\x05\x06\0\0\0\0", &counts, &size, &offset, &[0; 2]].concat());
    for change in damage {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % zip.len();
        zip[at] ^= change[2];
    }
    zip
}

fn large(values: [u64; 3]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(content).expect("memory takes every byte");
    packed.finish().expect("memory takes every byte")
}

/// Builds the zip file of a text with its parts, and holds what must hold for it.
///
/// # Panics
/// Something does not hold.
pub fn archive(text: &[u8]) {
    let zip = build(text);
    let (damage, parts): (Vec<_>, Vec<_>) = parts(text).into_iter().partition(|part| part.how == DAMAGE);
    let hold = |part: Option<&Part<'_>>, content: Content| {
        let Ok(content) = content else {
            let is_whole = part.is_some_and(Part::is_readable) && damage.is_empty();
            assert!(!is_whole, "what was packed comes out: {content:?}");
            return;
        };
        assert!(content.len() <= (zip.len() * GROWTH).max(ALWAYS_ALLOWED), "{} of {}", content.len(), zip.len());
        // Damage may give a part the name of another one.
        let is_packed = |part: &Part<'_>| part.content == content;
        let is_right = if damage.is_empty() { part.is_some_and(is_packed) } else { parts.iter().any(is_packed) };
        assert!(is_right, "what comes out was packed: {content:?}");
    };
    let mut chats = parts.iter().filter(|part| part.is_chat());
    let chat = chats.next().filter(|_| chats.next().is_none());
    hold(chat, open_chat(Cursor::new(&zip)).map_err(said).and_then(|mut chat| read(&mut chat.text)));
    let found = match SheetParts::find(&mut Cursor::new(&zip)) {
        Ok(found) => found,
        Err(error) => return assert!(!damage.is_empty(), "a whole zip file is read: {}", said(error)),
    };
    let mut names = HashSet::new();
    for part in &parts {
        let Ok(name) = str::from_utf8(part.name) else { continue };
        if !name.starts_with("xl/") || !names.insert(name.to_ascii_lowercase()) {
            continue;
        }
        match found.open(Cursor::new(&zip), name).map_err(said).transpose() {
            Some(content) => hold(Some(part), content.and_then(|mut content| read(&mut content))),
            None => assert!(!damage.is_empty() || names.len() > PARTS_LIMIT, "each part is found: {name}"),
        }
    }
}

type Content = Result<Vec<u8>, String>;

impl Part<'_> {
    /// Returns whether it comes out of a zip file that is whole.
    fn is_readable(&self) -> bool {
        matches!(self.how, STORED | LARGE) || self.how == DEFLATED && self.content.len() <= ALWAYS_ALLOWED
    }

    /// Returns whether it is a text outside any folder.
    fn is_chat(&self) -> bool {
        let is_text = self.name.len() > 4 && self.name.to_ascii_lowercase().ends_with(b".txt");
        is_text && !self.name.contains(&b'/') && !self.name.starts_with(b"._")
    }
}

fn said(error: ZipError) -> String {
    match error {
        ZipError::Refused(ref problem) => hold_problem(problem),
        ZipError::Io(ref error) => hold_shown(&error.to_string()),
    }
    error.to_string()
}

fn read(content: &mut impl std::io::Read) -> Content {
    let mut bytes = Vec::new();
    content.read_to_end(&mut bytes).map_err(|error| said(error.into()))?;
    Ok(bytes)
}
