//! The lines of a file, plain or compressed, which says in its last line whether it is whole.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ndjson::{End, Kind};
use crate::{Reading, Record};

/// What a zstd frame begins with; no text does.
const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Bytes that are read at once.
const WINDOW: usize = 128 << 10;
/// Bytes at the end of a file in which its last line is looked for.
const TAIL: u64 = 4 << 10;
/// The longest line in bytes. The head of a scan in which very much changed is long; what is longer would fill memory.
const LONGEST: u64 = 256 << 20;

/// A file that is read as often as somebody asks.
#[derive(Debug, Clone)]
pub(super) struct Source {
    file: Arc<File>,
    /// For errors.
    path: PathBuf,
}

impl Source {
    pub(super) fn new(file: File, path: &Path) -> Self {
        Self { file: Arc::new(file), path: path.to_owned() }
    }

    /// What is in the file, from its beginning.
    pub(super) fn unpacked(&self) -> io::Result<Box<dyn BufRead + Send>> {
        let mut raw = BufReader::with_capacity(WINDOW, Cursor { file: self.file.clone(), at: 0 });
        match raw.fill_buf()?.starts_with(&FRAME) {
            true => Ok(Box::new(BufReader::with_capacity(WINDOW, zstd::Decoder::with_buffer(raw)?))),
            false => Ok(Box::new(raw)),
        }
    }

    pub(super) fn begins_with(&self, opening: &str) -> io::Result<bool> {
        let mut first = Vec::new();
        self.unpacked()?.take(opening.len() as u64).read_to_end(&mut first)?;
        Ok(first == opening.as_bytes())
    }

    pub(super) fn lines(&self) -> io::Result<Lines> {
        Ok(Lines { from: self.unpacked()?, line: String::new() })
    }

    /// The last line. What howler keeps ends in a frame that tells it; what others have compressed is read through.
    pub(super) fn end(&self) -> io::Result<End> {
        if let Some(end) = self.tail()? {
            return Ok(end);
        }
        let (mut lines, mut end) = (self.lines()?, None);
        while let Some(line) = lines.next()? {
            end = end_of(line);
        }
        end.ok_or_else(broken)
    }

    fn tail(&self) -> io::Result<Option<End>> {
        let mut raw = Vec::new();
        let at = self.file.metadata()?.len().saturating_sub(TAIL);
        Cursor { file: self.file.clone(), at }.take(TAIL).read_to_end(&mut raw)?;
        let frame = raw.windows(FRAME.len()).rposition(|bytes| bytes == FRAME);
        let text = match frame.and_then(|at| raw.get(at..)) {
            // What does not unpack is no such frame, and the file is read through.
            Some(packed) => unpacked(packed).unwrap_or_default(),
            None => raw,
        };
        let last = text.strip_suffix(b"\n").and_then(|text| text.rsplit(|&byte| byte == b'\n').next());
        Ok(last.and_then(|line| end_of(str::from_utf8(line).ok()?)))
    }

    /// So many records of a kind. A file that has less or more of them is an error, and the last that is told.
    pub(super) fn records(&self, kind: Kind, left: u64) -> io::Result<Reading<'static>> {
        let mut records = Some(Found { lines: self.lines()?, kind, left });
        let path = self.path.clone();
        Ok(Box::new(std::iter::from_fn(move || {
            let found = records.as_mut()?.next().transpose();
            if !matches!(found, Some(Ok(_))) {
                records = None;
            }
            found.map(|it| it.map_err(|error| named(&path, &error)))
        })))
    }
}

/// The beginning of what is in a frame: a few bytes may unpack to very many.
fn unpacked(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    zstd::Decoder::with_buffer(packed)?.take(TAIL).read_to_end(&mut text)?;
    Ok(text)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn end_of(line: &str) -> Option<End> {
    serde_json::from_str(&Kind::End.object(line)?).ok()
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it breaks off: what wrote it did not end well")
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Lines one by one, in one buffer.
pub(super) struct Lines {
    from: Box<dyn BufRead + Send>,
    line: String,
}

impl Lines {
    /// The next line; none after the last one.
    pub(super) fn next(&mut self) -> io::Result<Option<&str>> {
        self.line.clear();
        let read = (&mut self.from).take(LONGEST).read_line(&mut self.line)?;
        match self.line.strip_suffix('\n') {
            Some(line) => Ok(Some(line)),
            None if read == 0 => Ok(None),
            None if read as u64 == LONGEST => Err(wrong("a line in it has no end")),
            None => Err(broken()),
        }
    }
}

/// The records of one kind, of which so many are left.
struct Found {
    lines: Lines,
    kind: Kind,
    left: u64,
}

impl Found {
    /// The next one. Lines of other kinds are passed over.
    fn next(&mut self) -> io::Result<Option<Record>> {
        loop {
            let line = self.lines.next()?.ok_or_else(broken)?;
            if let Some(json) = self.kind.object(line) {
                let left = self.left.checked_sub(1);
                self.left = left.ok_or_else(|| wrong("it has more lines than its end says"))?;
                return Ok(Some(Record { key: "".into(), json }));
            }
            if self.left == 0 {
                return Ok(None);
            }
            if line.starts_with(Kind::End.opening()) {
                return Err(wrong("it has fewer lines than its end says"));
            }
        }
    }
}

/// A place in a file that others read too.
struct Cursor {
    file: Arc<File>,
    at: u64,
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
