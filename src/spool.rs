//! Results that may be too long for memory: they wait in a temporary file until all are known.

use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, Write};
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::SpooledTempFile;

/// A result cannot wait in the temporary folder.
#[derive(Debug, thiserror::Error)]
#[error("cannot write a long result to a temporary file in {folder}", folder = std::env::temp_dir().display())]
pub struct SpoolError(pub std::io::Error);

impl From<serde_json::Error> for SpoolError {
    fn from(error: serde_json::Error) -> SpoolError {
        SpoolError(error.into())
    }
}

/// How many bytes stay in memory before all go to a file.
const IN_MEMORY: usize = 1 << 20;

/// Any number of things, in the order added.
#[derive(Debug)]
pub struct Spool<T> {
    /// One line of JSON each.
    lines: BufWriter<SpooledTempFile>,
    count: u64,
    things: PhantomData<T>,
}

impl<T> Default for Spool<T> {
    fn default() -> Spool<T> {
        Spool { lines: BufWriter::new(SpooledTempFile::new(IN_MEMORY)), count: 0, things: PhantomData }
    }
}

impl<T: Serialize + DeserializeOwned> Spool<T> {
    /// Adds one.
    ///
    /// # Errors
    /// The temporary folder takes no more.
    pub fn push(&mut self, thing: &T) -> Result<(), SpoolError> {
        self.count += 1;
        serde_json::to_writer(&mut self.lines, thing)?;
        self.lines.write_all(b"\n").map_err(SpoolError)
    }

    /// Adds all things to a new spool.
    ///
    /// # Errors
    /// The temporary folder takes no more.
    pub fn of(things: impl IntoIterator<Item = T>) -> Result<Spool<T>, SpoolError> {
        let mut spool = Spool::default();
        things.into_iter().try_for_each(|thing| spool.push(&thing))?;
        Ok(spool)
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Passes on each, in the order added.
    ///
    /// # Errors
    /// Those of `each`; they cannot be read again.
    pub fn each<E: From<SpoolError>>(&mut self, mut each: impl FnMut(T) -> Result<(), E>) -> Result<(), E> {
        self.each_line(|line| each(serde_json::from_slice(line).map_err(SpoolError::from)?))
    }

    /// Passes on each as JSON, in the order added.
    ///
    /// # Errors
    /// Those of `each`; they cannot be read again.
    pub fn each_json<E: From<SpoolError>>(&mut self, mut each: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        self.each_line(|line| {
            each(std::str::from_utf8(line.trim_ascii_end()).map_err(|error| SpoolError(io::Error::other(error)))?)
        })
    }

    fn each_line<E: From<SpoolError>>(&mut self, mut each: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        self.lines.flush().map_err(SpoolError)?;
        let file = self.lines.get_mut();
        file.rewind().map_err(SpoolError)?;
        let mut lines = BufReader::new(file);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(SpoolError)? > 0 {
            each(&line)?;
            line.clear();
        }
        Ok(())
    }
}

/// Output that waits in a temporary file, however long, until it may be printed.
#[derive(Debug)]
pub struct Output(BufWriter<SpooledTempFile>);

impl Default for Output {
    fn default() -> Output {
        Output(BufWriter::new(SpooledTempFile::new(IN_MEMORY)))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Output {
    /// Passes on all of it, piece by piece.
    ///
    /// # Errors
    /// Those of `put`; the temporary folder takes no more; it cannot be read again.
    pub fn each<E: From<SpoolError>>(mut self, mut put: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        self.0.flush().map_err(SpoolError)?;
        let file = self.0.get_mut();
        file.rewind().map_err(SpoolError)?;
        let mut bytes = BufReader::new(file);
        loop {
            let some = bytes.fill_buf().map_err(SpoolError)?;
            if some.is_empty() {
                return Ok(());
            }
            put(some)?;
            let count = some.len();
            bytes.consume(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_back_unchanged_and_can_be_read_again() {
        let mut spool = Spool::default();
        let rows: Vec<Vec<String>> =
            (0..3000).map(|n| vec![format!("a\nb {n}"), "\u{2028}\"".to_owned(), "x".repeat(500)]).collect();
        for row in &rows {
            spool.push(row).unwrap();
        }
        for _ in 0..2 {
            let mut back = Vec::new();
            spool
                .each(|row: Vec<String>| {
                    back.push(row);
                    Ok::<_, SpoolError>(())
                })
                .unwrap();
            assert!(back == rows);
        }
        let mut lines = Vec::new();
        spool
            .each_json(|line| {
                lines.push(line.to_owned());
                Ok::<_, SpoolError>(())
            })
            .unwrap();
        assert!(lines.iter().zip(&rows).all(|(line, row)| *line == serde_json::to_string(row).unwrap()));
        assert_eq!(lines.len(), rows.len());
    }
}
