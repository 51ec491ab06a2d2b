//! A zip file of texts. Each is packed while it is written, and waits in a spool until the others are complete.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use crate::spool::{Output, SpoolError};

/// One file of a zip file.
#[derive(Debug)]
pub struct Part {
    name: String,
    packed: DeflateEncoder<Output>,
    crc: Crc,
    size: u64,
}

impl Part {
    /// Starts an empty part.
    pub fn new(name: impl Into<String>) -> Part {
        let packed = DeflateEncoder::new(Output::default(), Compression::fast());
        Part { name: name.into(), packed, crc: Crc::new(), size: 0 }
    }

    /// Adds text to it.
    ///
    /// # Errors
    /// The temporary folder is full or cannot be written.
    pub fn put(&mut self, text: &str) -> Result<(), SpoolError> {
        self.crc.update(text.as_bytes());
        self.size += text.len() as u64;
        self.packed.write_all(text.as_bytes()).map_err(SpoolError)
    }

    /// Returns how many bytes it has, unpacked.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Ends it, and returns what a header says of it, and its size when packed.
    fn finish(&mut self) -> Result<(Vec<u8>, u64), SpoolError> {
        self.packed.try_finish().map_err(SpoolError)?;
        let packed_size = self.packed.total_out();
        // Version 2.0 can unpack it; no flags; deflated; made at midnight of the first day that the format has.
        let mut header: Vec<u8> = [20, 0, 8, 0, 0x21].into_iter().flat_map(u16::to_le_bytes).collect();
        for number in [u64::from(self.crc.sum()), packed_size, self.size] {
            header.extend(four_bytes(number)?);
        }
        header.extend(two_bytes(self.name.len())?);
        header.extend([0; 2]);
        Ok((header, packed_size))
    }
}

/// Puts the parts together in their order, and passes on the zip file piece by piece.
///
/// # Errors
/// Those of `put`; a spool failed; or it is longer than a plain zip file can be (4 GiB), and nothing of it was passed on.
pub fn put_zip<E: From<SpoolError>>(
    mut parts: Vec<Part>,
    put: &mut impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let (mut headers, mut directory, mut offset) = (Vec::new(), Vec::new(), 0);
    for part in &mut parts {
        let (header, packed_size) = part.finish()?;
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&header);
        // No comment, on the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(four_bytes(offset)?);
        directory.extend(part.name.as_bytes());
        let header = [b"PK\x03\x04", header.as_slice(), part.name.as_bytes()].concat();
        offset += header.len() as u64 + packed_size;
        headers.push(header);
    }
    let count = two_bytes(parts.len())?;
    let end = [
        &b"PK\x05\x06\x00\x00\x00\x00"[..],
        &count,
        &count,
        &four_bytes(directory.len() as u64)?,
        &four_bytes(offset)?,
        &[0; 2],
    ]
    .concat();
    for (part, header) in parts.into_iter().zip(headers) {
        put(&header)?;
        part.packed.finish().map_err(SpoolError)?.each(&mut *put)?;
    }
    put(&directory)?;
    put(&end)
}

fn four_bytes(number: u64) -> Result<[u8; 4], SpoolError> {
    u32::try_from(number).map(u32::to_le_bytes).map_err(|_| too_long())
}

fn two_bytes(number: usize) -> Result<[u8; 2], SpoolError> {
    u16::try_from(number).map(u16::to_le_bytes).map_err(|_| too_long())
}

fn too_long() -> SpoolError {
    SpoolError(io::Error::new(io::ErrorKind::FileTooLarge, "a workbook has room for 4 GiB"))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Read as _;

    use flate2::read::DeflateDecoder;

    use super::*;

    fn number(bytes: &[u8]) -> usize {
        bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
    }

    /// Unpacks a zip file by its directory: the name and text of each file.
    pub fn unzip(zip: &[u8]) -> Vec<(String, String)> {
        let end = &zip[zip.len() - 22..];
        assert!(end.starts_with(b"PK\x05\x06"), "its end");
        let (count, mut at) = (number(&end[10..12]), number(&end[16..20]));
        assert_eq!(at + number(&end[12..16]), zip.len() - 22, "the directory stands before the end");
        let mut files = Vec::new();
        for _ in 0..count {
            let entry = &zip[at..];
            assert!(entry.starts_with(b"PK\x01\x02"));
            let (length, offset) = (number(&entry[28..30]), number(&entry[42..46]));
            let name = &entry[46..46 + length];
            let local = &zip[offset..];
            assert!(local.starts_with(b"PK\x03\x04"));
            assert_eq!(local[4..30], entry[6..32], "both headers say the same");
            assert_eq!(&local[30..30 + length], name);
            let packed = &local[30 + length..][..number(&entry[20..24])];
            let mut text = String::new();
            DeflateDecoder::new(packed).read_to_string(&mut text).unwrap();
            let mut crc = Crc::new();
            crc.update(text.as_bytes());
            assert_eq!((number(&entry[16..20]), number(&entry[24..28])), (crc.sum() as usize, text.len()));
            files.push((String::from_utf8(name.to_vec()).unwrap(), text));
            at += 46 + length;
        }
        files
    }

    pub fn zipped(parts: Vec<Part>) -> Vec<u8> {
        let mut zip = Vec::new();
        put_zip(parts, &mut |bytes: &[u8]| {
            zip.extend(bytes);
            Ok::<_, SpoolError>(())
        })
        .unwrap();
        zip
    }

    #[test]
    fn parts_are_packed_and_found_by_the_directory() {
        let long = "every line of it\n".repeat(100_000);
        let texts = [("a.xml", "<a/>"), ("b/empty.xml", ""), ("long.txt", &long)];
        let parts = texts.map(|(name, text)| {
            let mut part = Part::new(name);
            text.split_inclusive('\n').for_each(|line| part.put(line).unwrap());
            part
        });
        let zip = zipped(parts.into());
        assert!(zip.len() < long.len() / 50, "{}", zip.len());
        assert_eq!(unzip(&zip), texts.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[test]
    fn what_a_plain_zip_file_cannot_hold_is_refused() {
        assert_eq!(four_bytes(0xffff_ffff).unwrap(), [0xff; 4]);
        let refused = four_bytes(1 << 32).unwrap_err();
        assert_eq!(refused.0.to_string(), "a workbook has room for 4 GiB");
        assert!(two_bytes(1 << 16).is_err());
    }
}
