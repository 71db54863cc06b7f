//! Kubernetes manifests and kubeconfigs, in YAML or JSON: the certificates in their values, plain or in base64.

use std::collections::HashMap;

use data_encoding::BASE64;

use super::leaves::{Leaf, NAMES, OWED, Step, leaves};
use crate::passwords::Passwords;
use crate::x509::{self, Stored};

/// Values that are secrets and nothing else. They are not looked into.
const SECRET: [&str; 5] = [".key", "-key-data", "token", "password", "privateKey"];
/// The base64 of the least that a certificate can be is longer.
const LEAST: usize = 100;

/// One value of a manifest with the certificates in it.
#[derive(Debug)]
pub(super) struct Entry {
    /// Which value, as in `Secret/prod/web/data/tls.crt`; the same wherever the object stands in its file.
    pub(super) place: String,
    /// Its certificates; none where it owes one.
    pub(super) found: Vec<Stored>,
}

/// Whether text may be a manifest: all of them say which version of the API they are written in.
pub(super) fn looks_like_one(text: &str) -> bool {
    text.contains("apiVersion")
}

/// The entries of all documents of a manifest, and why the rest of it could not be read, if it could not.
pub(super) fn entries(text: &str, passwords: &Passwords) -> (Vec<Entry>, Option<String>) {
    let (documents, broken) = leaves(text);
    let mut seen = HashMap::<String, usize>::new();
    let mut entries = Vec::new();
    for document in &documents {
        let names = Names::of(document);
        for leaf in document {
            let Some(found) = certificates(leaf, passwords) else { continue };
            let mut place = names.place(leaf);
            let times = seen.entry(place.clone()).and_modify(|times| *times += 1).or_insert(1);
            if *times > 1 {
                place = format!("{place}@{times}");
            }
            entries.push(Entry { place, found });
        }
    }
    (entries, broken)
}

/// The certificates of a value; none if it has none and owes none.
fn certificates(leaf: &Leaf, passwords: &Passwords) -> Option<Vec<Stored>> {
    let key = leaf.key();
    let owed = OWED.contains(&key);
    if SECRET.iter().any(|end| key.ends_with(end)) || (leaf.text.len() < LEAST && !owed) {
        return None;
    }
    let found = match leaf.text.contains("-BEGIN ") {
        true => x509::certificates(leaf.text.as_bytes(), passwords),
        false => x509::certificates(&decoded(&leaf.text).unwrap_or_default(), passwords),
    };
    let placeholder =
        key == "caBundle" && decoded(&leaf.text).is_some_and(|bytes| bytes.trim_ascii().is_empty());
    (!found.is_empty() || (owed && !placeholder)).then_some(found)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let letters: String = text.split_ascii_whitespace().collect();
    BASE64.decode(letters.as_bytes()).ok()
}

/// What the objects of a document are called.
struct Names<'a>(HashMap<&'a [Step], &'a str>);

impl<'a> Names<'a> {
    fn of(document: &'a [Leaf]) -> Self {
        let named = |leaf: &&Leaf| NAMES.contains(&leaf.key());
        Self(document.iter().filter(named).map(|leaf| (leaf.path.as_slice(), leaf.text.as_str())).collect())
    }

    fn get(&self, above: &[Step], below: &[&str]) -> Option<&'a str> {
        let path: Vec<Step> = above.iter().cloned().chain(below.iter().map(|key| Step::key(key))).collect();
        self.0.get(path.as_slice()).copied()
    }

    /// The nearest object around a value by kind, namespace and name, then the path from there.
    fn place(&self, leaf: &Leaf) -> String {
        let path = leaf.path.as_slice();
        let above =
            |length: &usize| path.get(..*length).and_then(|above| self.get(above, &["metadata", "name"]));
        let object = (0..path.len()).rev().find(|length| above(length).is_some());
        let (outer, inner) = path.split_at(object.unwrap_or(0));
        let mut parts: Vec<String> = object.map(|_| self.object(outer)).unwrap_or_default();
        parts.extend((0..inner.len()).filter_map(|at| self.step(path, outer.len() + at)));
        parts.join("/")
    }

    fn object(&self, path: &[Step]) -> Vec<String> {
        let words = [&["kind"][..], &["metadata", "namespace"], &["metadata", "name"]];
        words.iter().filter_map(|below| self.get(path, below)).map(str::to_owned).collect()
    }

    /// One step of a path; one into a list by the name of the entry, if it has one.
    fn step(&self, path: &[Step], at: usize) -> Option<String> {
        match path.get(at)? {
            Step::Key(key) => Some(key.to_string()),
            Step::Index(index) => {
                let name = self.get(path.get(..=at)?, &["name"]);
                Some(name.map_or_else(|| (index + 1).to_string(), str::to_owned))
            }
        }
    }
}
