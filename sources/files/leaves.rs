//! The values of YAML documents with the paths to them. Events are read and no tree is built: an alias is passed over
//! and not copied, because what it means was seen where it is defined.

use std::rc::Rc;

use saphyr_parser::{Event, Parser};

/// Nothing that Kubernetes reads goes so deep.
const DEEPEST: usize = 100;
/// No file within the limit of bytes has so many objects.
const MOST: usize = 100_000;
/// Shorter values are kept only if a name or a certificate belongs there.
const LONG: usize = 100;
/// Where names are.
pub(super) const NAMES: [&str; 3] = ["kind", "name", "namespace"];
/// Values that are there to be certificates.
pub(super) const OWED: [&str; 4] =
    ["tls.crt", "certificate-authority-data", "client-certificate-data", "caBundle"];

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Key(Rc<str>),
    Index(usize),
}

impl Step {
    pub(super) fn key(key: &str) -> Self {
        Self::Key(key.into())
    }
}

/// A value and the path to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) path: Vec<Step>,
    pub(super) text: String,
}

impl Leaf {
    /// The key that it is the value of; empty in a list.
    pub(super) fn key(&self) -> &str {
        match self.path.last() {
            Some(Step::Key(key)) => key,
            _ => "",
        }
    }
}

/// The values of all documents that may matter, and why the rest could not be read, if it could not.
pub(super) fn leaves(text: &str) -> (Vec<Vec<Leaf>>, Option<String>) {
    let mut walk = Walk::default();
    for event in Parser::new_from_str(text) {
        let taken = match event {
            Ok((event, _)) => walk.take(&event),
            Err(error) => Err(error.to_string()),
        };
        if let Err(reason) = taken {
            walk.end();
            return (walk.documents, Some(reason));
        }
    }
    walk.end();
    (walk.documents, None)
}

/// A collection that is being read.
#[derive(Debug)]
enum Open {
    List { next: usize },
    Map { key: Option<Rc<str>> },
}

#[derive(Debug, Default)]
struct Walk {
    documents: Vec<Vec<Leaf>>,
    document: Vec<Leaf>,
    count: usize,
    open: Vec<Open>,
}

impl Walk {
    fn take(&mut self, event: &Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, ..) => self.scalar(text),
            Event::Alias(_) => self.scalar(""),
            Event::SequenceStart(..) => self.begin(Open::List { next: 0 }),
            Event::MappingStart(..) => self.begin(Open::Map { key: None }),
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
                self.advance();
                Ok(())
            }
            Event::DocumentEnd => {
                self.end();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => Ok(()),
        }
    }

    /// The end of a document.
    fn end(&mut self) {
        self.open.clear();
        self.documents.push(std::mem::take(&mut self.document));
    }

    fn begin(&mut self, collection: Open) -> Result<(), String> {
        if matches!(self.open.last(), Some(Open::Map { key: None })) {
            return Err("a key is not text".to_owned());
        }
        if self.open.len() == DEEPEST {
            return Err(format!("it is nested deeper than {DEEPEST}"));
        }
        self.open.push(collection);
        Ok(())
    }

    fn scalar(&mut self, text: &str) -> Result<(), String> {
        if let Some(Open::Map { key: key @ None }) = self.open.last_mut() {
            *key = Some(text.into());
            return Ok(());
        }
        if self.matters(text) {
            self.count += 1;
            if self.count > MOST {
                return Err(format!("it has more than {MOST} values"));
            }
            let path = self.open.iter().map(Open::step).collect();
            self.document.push(Leaf { path, text: text.to_owned() });
        }
        self.advance();
        Ok(())
    }

    fn matters(&self, text: &str) -> bool {
        let short = |key: &str| NAMES.contains(&key) || OWED.contains(&key);
        text.len() >= LONG || matches!(self.open.last(), Some(Open::Map { key: Some(key) }) if short(key))
    }

    /// What comes next is the next value of the list, or the next key.
    fn advance(&mut self) {
        match self.open.last_mut() {
            Some(Open::List { next }) => *next += 1,
            Some(Open::Map { key }) => *key = None,
            None => {}
        }
    }
}

impl Open {
    fn step(&self) -> Step {
        match self {
            Self::List { next } => Step::Index(*next),
            Self::Map { key } => Step::Key(key.clone().unwrap_or_default()),
        }
    }
}
