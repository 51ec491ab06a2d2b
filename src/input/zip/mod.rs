//! The chat in the zip file that a phone exports, and the parts of a spreadsheet, read as streams. Nothing that the file says
//! of itself is trusted.
//!
//! | file | what it reads |
//! |---|---|
//! | `directory` | which files there are, and where |
//! | `unpack` | the bytes of one file, with a bound to their growth |

mod directory;
mod unpack;

use std::io::{BufReader, Read, Seek};

pub use self::directory::ZipError;
use self::directory::{Entry, each_entry, refused};
pub use self::unpack::Unpacked;
use self::unpack::unpack;

/// The chat in a zip file.
#[derive(Debug)]
pub struct ZippedChat<R> {
    /// Its text.
    pub text: BufReader<Unpacked<R>>,
    /// How many other files there are: the attachments of the chat.
    pub others: u64,
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

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Write};

    use flate2::Crc;

    use super::directory::u32_at;
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

    /// Reads the chat of a zip file: its text, and how many other files there are.
    pub fn read(zip: &[u8]) -> Result<(String, u64), String> {
        let mut chat = open_chat(Cursor::new(zip)).map_err(|error| error.to_string())?;
        let mut text = String::new();
        chat.text.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok((text, chat.others))
    }

    /// Writes sizes and places of a zip file with one file in the fields for large values: those at `places` of its entry.
    pub fn with_large_fields(zip: &[u8], name: &str, places: &[usize]) -> Vec<u8> {
        let (directory, end) = (last_entry_of(zip, name), zip.len() - 22);
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

    /// Returns where the last entry of a directory stands, which has this name.
    pub fn last_entry_of(zip: &[u8], name: &str) -> usize {
        zip.len() - 22 - 46 - name.len()
    }

    pub fn put_u32(zip: &mut [u8], at: usize, value: u32) {
        zip[at..at + 4].copy_from_slice(&value.to_le_bytes());
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
    fn a_zip_file_without_one_chat_is_refused_with_the_reason() {
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
        ] {
            assert_eq!(read(&bytes), Err(expected.to_owned()));
        }
    }

    #[test]
    fn no_changed_or_missing_byte_causes_a_panic() {
        let good = zip(&[("_chat.txt", b"hello hello hello", true)]);
        for at in 0..good.len() {
            for byte in [0, 0xff, good[at] ^ 1] {
                let mut changed = good.clone();
                changed[at] = byte;
                let _ = read(&changed);
            }
            let _ = read(&good[..at]);
        }
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
}
