//! An external sort: records are held until there are many, then written away as one sorted run.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::merge::merged;
use crate::{Reading, Record};

/// What a run or a part is read through: there may be hundreds of them.
pub(super) const WINDOW: usize = 16 << 10;

/// Records of one kind, of which no more than `most` bytes are held in memory.
#[derive(Debug)]
pub(super) struct Runs {
    folder: PathBuf,
    /// Without a name, so that it is gone with the process whatever ends that.
    file: Option<File>,
    /// Where each run ends in the file; the next one begins there.
    ends: Vec<u64>,
    held: Vec<Record>,
    bytes: usize,
    most: usize,
}

impl Runs {
    pub(super) fn new(folder: &Path, most: usize) -> Self {
        let folder = folder.to_owned();
        Self { folder, file: None, ends: Vec::new(), held: Vec::new(), bytes: 0, most }
    }

    pub(super) fn add(&mut self, records: Vec<Record>) -> io::Result<()> {
        self.bytes += records.iter().map(|record| record.key.len() + record.json.len() + 64).sum::<usize>();
        self.held.extend(records);
        if self.bytes > self.most { self.write_away() } else { Ok(()) }
    }

    /// No more records come.
    pub(super) fn close(&mut self) {
        self.held.sort_unstable();
    }

    /// All records in their order; only after [`Runs::close`].
    pub(super) fn read(&self) -> io::Result<Reading<'_>> {
        let held = self.held.iter().cloned().map(Ok);
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let runs = starts.zip(&self.ends).filter_map(|(at, &end)| {
            let file = self.file.as_ref()?;
            Some(Box::new(lines(BufReader::with_capacity(WINDOW, Slice { file, at, end }))) as Reading<'_>)
        });
        Ok(merged(runs.chain([Box::new(held) as Reading<'_>]).collect()))
    }

    fn write_away(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(&self.folder)?,
        };
        let mut out = BufWriter::with_capacity(1 << 20, &file);
        let mut end = self.ends.last().copied().unwrap_or_default();
        for record in self.held.drain(..) {
            end += write(&record, &mut out)?;
        }
        out.flush()?;
        drop(out);
        self.file = Some(file);
        self.ends.push(end);
        self.bytes = 0;
        Ok(())
    }
}

/// Writes a record as a line, and says how long that is.
pub(super) fn write(record: &Record, out: &mut impl Write) -> io::Result<u64> {
    out.write_all(record.key.as_bytes())?;
    out.write_all(b"\t")?;
    out.write_all(record.json.as_bytes())?;
    out.write_all(b"\n")?;
    Ok((record.key.len() + record.json.len() + 2) as u64)
}

/// The records that stand in lines.
pub(super) fn lines<'a>(
    from: impl BufRead + Send + 'a,
) -> impl Iterator<Item = io::Result<Record>> + Send + 'a {
    from.lines().map(|line| record(&line?))
}

/// The record of a line.
pub(super) fn record(line: &str) -> io::Result<Record> {
    let parts = line.split_once('\t');
    let (key, json) =
        parts.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a record without a key"))?;
    Ok(Record { key: key.into(), json: json.into() })
}

/// One run of a file; many of them are read at once.
struct Slice<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl Read for Slice<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        let read = self.file.read_at(buffer.get_mut(..most).unwrap_or_default(), self.at)?;
        self.at += read as u64;
        match read {
            0 if left > 0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(number: usize) -> Record {
        Record {
            key: format!("{:05}", number * 7919 % 10_007).into(),
            json: format!("{{\"n\":{number}}}").into(),
        }
    }

    #[test]
    fn what_does_not_fit_into_memory_comes_back_sorted_and_whole() {
        let folder = std::env::temp_dir();
        for most in [1, 1_000, usize::MAX] {
            let mut runs = Runs::new(&folder, most);
            (0..1_000).for_each(|number| runs.add(vec![numbered(number)]).unwrap());
            runs.close();
            let read: Vec<Record> = runs.read().unwrap().map(Result::unwrap).collect();
            let mut all: Vec<Record> = (0..1_000).map(numbered).collect();
            all.sort();
            assert_eq!(read, all, "{most}");
            assert_eq!(runs.ends.is_empty(), most == usize::MAX, "written to disk only where needed: {most}");
            assert_eq!(runs.read().unwrap().count(), 1_000, "and once more");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let mut runs = Runs::new(Path::new("/nowhere"), 1);
        assert!(runs.add(vec![numbered(1)]).is_err());
    }
}
