//! A file of rules as TOML: every value with its line, and every mistake at once.

use std::ops::Range;
use std::str::FromStr;

use chrono::TimeDelta;
use howler_model::CheckId;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{Mistake, Text};

/// The most days before an end that a rule may say: a hundred years.
const MOST_DAYS: i64 = 36_500;

/// A value and where it stands.
pub(crate) type Value<'a> = Spanned<DeValue<'a>>;

/// A file that is being read, with all that was wrong in it so far.
pub(crate) struct Reader<'a> {
    file: &'a Text,
    checks: &'a [CheckId],
    wrong: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(file: &'a Text, checks: &'a [CheckId]) -> Self {
        Self { file, checks, wrong: Vec::new() }
    }

    /// The ids of all checks.
    pub(crate) fn checks(&self) -> &'a [CheckId] {
        self.checks
    }

    /// All that is wrong.
    pub(crate) fn wrong(self) -> Vec<Mistake> {
        self.wrong
    }

    /// The whole file, if it is TOML.
    pub(crate) fn root(&mut self) -> Option<Block<'a>> {
        let table = DeTable::parse(&self.file.text);
        let table = table.map_err(|error| self.mistake(error.span().unwrap_or_default(), error.message()));
        table.ok().map(|table| Block::new(table.into_inner(), 0..0))
    }

    /// How many things are wrong so far.
    pub(crate) fn mistakes(&self) -> usize {
        self.wrong.len()
    }

    /// Notes what is wrong at a place.
    pub(crate) fn mistake(&mut self, at: Range<usize>, what: impl AsRef<str>) {
        let (file, line) = (self.file.name.clone(), self.line(&at));
        self.wrong.push(Mistake { file, line, what: without_control(what.as_ref()) });
    }

    /// The line of a place, from 1 on.
    pub(crate) fn line(&self, at: &Range<usize>) -> usize {
        1 + self.file.text.bytes().take(at.start).filter(|byte| *byte == b'\n').count()
    }

    /// `file:line` of a place.
    pub(crate) fn place(&self, at: &Range<usize>) -> String {
        format!("{}:{}", self.file.name, self.line(at))
    }

    /// The text of a value, with something in it.
    pub(crate) fn text(&mut self, key: &str, value: &Value<'a>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::trim).filter(|text| !text.is_empty());
        if text.is_none() {
            self.mistake(value.span(), format!("{key}: text in quotes is expected, with something in it"));
        }
        text.map(str::to_owned)
    }

    /// One text or a list of them, each with its place.
    pub(crate) fn texts(&mut self, key: &str, value: &Value<'a>) -> Vec<(String, Range<usize>)> {
        let Some(items) = value.get_ref().as_array() else {
            return self.text(key, value).into_iter().map(|text| (text, value.span())).collect();
        };
        items.iter().filter_map(|item| Some((self.text(key, item)?, item.span()))).collect()
    }

    /// Whole days before an end.
    pub(crate) fn days(&mut self, key: &str, value: &Value<'a>) -> Option<TimeDelta> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        let days = number.filter(|days| (0..=MOST_DAYS).contains(days));
        if days.is_none() {
            self.mistake(value.span(), format!("{key}: whole days from 0 to {MOST_DAYS} are expected"));
        }
        days.map(TimeDelta::days)
    }

    /// A text that has a form.
    pub(crate) fn parsed<T>(&mut self, key: &str, value: &Value<'a>) -> Option<T>
    where
        T: FromStr<Err: ToString>,
    {
        let parsed = self.text(key, value)?.parse();
        parsed.map_err(|error: T::Err| self.mistake(value.span(), error.to_string())).ok()
    }
}

/// A table that is taken apart key by key; what is left in the end is not known.
pub(crate) struct Block<'a> {
    table: DeTable<'a>,
    /// Where it begins.
    pub(crate) at: Range<usize>,
    known: Vec<&'static str>,
}

impl<'a> Block<'a> {
    fn new(table: DeTable<'a>, at: Range<usize>) -> Self {
        Self { table, at, known: Vec::new() }
    }

    /// The value of a key, if it is there.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.known.push(key);
        self.table.remove(key)
    }

    /// The value of a key, which must be there.
    pub(crate) fn require(&mut self, key: &'static str, reader: &mut Reader<'a>) -> Option<Value<'a>> {
        let value = self.take(key);
        if value.is_none() {
            reader.mistake(self.at.clone(), format!("{key} is missing"));
        }
        value
    }

    /// The tables of a `[[key]]`, in their order.
    pub(crate) fn blocks(&mut self, key: &'static str, reader: &mut Reader<'a>) -> Vec<Block<'a>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let at = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            reader.mistake(at, format!("{key}: each block begins with [[{key}]]"));
            return Vec::new();
        };
        items.into_iter().filter_map(|item| block(key, item, reader)).collect()
    }

    /// All entries of a `[key]`: names and values.
    pub(crate) fn entries(&mut self, key: &'static str, reader: &mut Reader<'a>) -> Vec<(String, Value<'a>)> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let at = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            reader.mistake(at, format!("{key}: a section that begins with [{key}] is expected"));
            return Vec::new();
        };
        table.into_iter().map(|(name, value)| (name.into_inner().into_owned(), value)).collect()
    }

    /// Notes every key that nobody took.
    pub(crate) fn finish(self, reader: &mut Reader<'a>) {
        for key in self.table.keys() {
            let near = near(key.get_ref(), self.known.iter().copied());
            let what = format!("{}: there is no such key{near}", key.get_ref());
            reader.mistake(key.span(), what);
        }
    }
}

fn block<'a>(key: &str, item: Value<'a>, reader: &mut Reader<'a>) -> Option<Block<'a>> {
    let at = item.span();
    match item.into_inner() {
        DeValue::Table(table) => Some(Block::new(table, at)),
        _ => {
            reader.mistake(at, format!("{key}: each block begins with [[{key}]]"));
            None
        }
    }
}

/// A message may repeat what the file says.
fn without_control(text: &str) -> String {
    let escaped = |letter: char| match letter.is_control() {
        true => letter.escape_unicode().to_string(),
        false => letter.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// The name that a misspelt one was meant to be, as the end of a message; empty if none is near.
pub(crate) fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let close = |candidate: &'a str| (strsim::normalized_damerau_levenshtein(name, candidate), candidate);
    let best = known.map(close).max_by(|(one, _), (other, _)| one.total_cmp(other));
    let best = best.filter(|(likeness, _)| *likeness > 0.6);
    best.map(|(_, name)| format!("; did you mean {name}?")).unwrap_or_default()
}
