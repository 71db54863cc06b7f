//! Reads files in a thread of its own: one that never answers, as on a network file system that is gone, is a gap and
//! not the end of the scan.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Builder;
use std::time::Duration;

use howler_model::{Reason, Unseen};

use super::{coded, contents, unseen};

/// So many files that never answer are enough: the others will not, either, and each holds a thread.
const ENOUGH: usize = 3;

/// Reads the first bytes of a file.
type Read = fn(&Path, u64) -> Result<Vec<u8>, Unseen>;

/// Whoever reads, until a file does not answer; then it is left behind, and somebody else goes on.
#[derive(Debug)]
pub(super) struct Reader {
    read: Read,
    patience: Duration,
    thread: Option<Thread>,
    left_behind: usize,
}

impl Reader {
    /// A reader that waits so long for a file.
    pub(super) fn new(patience: Duration) -> Self {
        Self::with(patience, contents::head)
    }

    fn with(patience: Duration, read: Read) -> Self {
        Self { read, patience, thread: None, left_behind: 0 }
    }

    /// All bytes of a regular file of at most `most` bytes.
    pub(super) fn all(&mut self, path: &Path, most: u64) -> Result<Vec<u8>, Unseen> {
        let bytes = self.head(path, most.saturating_add(1))?;
        match bytes.len() as u64 > most {
            true => Err(coded(Reason::Skipped, "too-large", format!("larger than {most} bytes"))),
            false => Ok(bytes),
        }
    }

    /// The first bytes of a regular file.
    pub(super) fn head(&mut self, path: &Path, most: u64) -> Result<Vec<u8>, Unseen> {
        let thread = match self.thread.take() {
            Some(thread) => thread,
            None => Thread::start(self.read).map_err(|error| unseen(&error))?,
        };
        match thread.ask(path, most, self.patience) {
            Some(answer) => {
                self.thread = Some(thread);
                answer
            }
            None => {
                self.left_behind += 1;
                let message = format!("not read within {} s", self.patience.as_secs());
                Err(coded(Reason::Timeout, "too-slow", message))
            }
        }
    }

    /// Why nothing more is worth reading, if nothing is.
    pub(super) fn end(&self) -> Option<Unseen> {
        let message = || format!("the rest of the folder was not read: {ENOUGH} files did not answer");
        (self.left_behind >= ENOUGH).then(|| coded(Reason::Timeout, "too-slow", message()))
    }
}

/// It ends when nobody asks any more.
#[derive(Debug)]
struct Thread {
    questions: Sender<(PathBuf, u64)>,
    answers: Receiver<Result<Vec<u8>, Unseen>>,
}

impl Thread {
    fn start(read: Read) -> std::io::Result<Self> {
        let (questions, asked) = channel::<(PathBuf, u64)>();
        let (answer, answers) = channel();
        Builder::new().name("files".to_owned()).spawn(move || {
            for (path, most) in asked {
                if answer.send(read(&path, most)).is_err() {
                    return; // left behind
                }
            }
        })?;
        Ok(Self { questions, answers })
    }

    fn ask(&self, path: &Path, most: u64, patience: Duration) -> Option<Result<Vec<u8>, Unseen>> {
        self.questions.send((path.to_owned(), most)).ok()?;
        self.answers.recv_timeout(patience).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(300);

    /// A file system of which some files never answer.
    fn read(path: &Path, most: u64) -> Result<Vec<u8>, Unseen> {
        if path.ends_with("gone") {
            sleep(PATIENCE * 20);
        }
        Ok(vec![7; usize::try_from(most.min(4)).unwrap()])
    }

    #[test]
    fn a_file_that_does_not_answer_is_a_gap_and_the_next_one_is_read() {
        let mut reader = Reader::with(PATIENCE, read);
        let of = |reader: &mut Reader, name: &str| {
            reader.head(Path::new(name), 9).map_err(|unseen| (unseen.reason, unseen.code.unwrap()))
        };
        assert_eq!(of(&mut reader, "a"), Ok(vec![7; 4]));
        assert_eq!(of(&mut reader, "gone"), Err((Reason::Timeout, "too-slow".to_owned())));
        assert_eq!(of(&mut reader, "b"), Ok(vec![7; 4]), "and not what belongs to another");
        assert_eq!(reader.end(), None);
    }

    #[test]
    fn when_enough_do_not_answer_the_rest_is_not_tried() {
        let mut reader = Reader::with(PATIENCE / 30, read);
        for _ in 0..ENOUGH {
            assert_eq!(reader.end(), None);
            assert!(reader.head(Path::new("gone"), 9).is_err());
        }
        assert!(reader.end().unwrap().message.contains("3 files did not answer"));
    }

    #[test]
    fn what_is_too_large_is_no_certificate() {
        let mut reader = Reader::with(PATIENCE, read);
        assert_eq!(reader.all(Path::new("a"), 4), Ok(vec![7; 4]));
        assert_eq!(reader.all(Path::new("a"), 3).unwrap_err().code.as_deref(), Some("too-large"));
    }
}
