//! What is kept comes back, and what is damaged is never taken for whole.

#![allow(clippy::unwrap_used, clippy::panic)]

use tempfile::NamedTempFile;

use super::*;
use crate::samples::{self, Sample};
use crate::{Style, find};

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn open(bytes: &[u8]) -> Result<Kept, Error> {
    Kept::open(file(bytes).path())
}

fn kept(sample: &Sample) -> Vec<u8> {
    let mut out = Vec::new();
    keep(&sample.scan(), &mut out).unwrap();
    out
}

fn told(sample: &Sample, format: &str) -> Vec<u8> {
    let mut out = Vec::new();
    find(format).unwrap().render(&sample.scan(), &Style::default(), &mut out).unwrap();
    out
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, LEVEL).unwrap()
}

/// Reads all of a file.
fn read(bytes: &[u8]) -> Result<(), String> {
    let file = file(bytes);
    let kept = Kept::open(file.path()).map_err(|error| error.to_string())?;
    let all = [kept.findings(), kept.scopes()].map(Result::unwrap);
    let mut all = all.into_iter().flatten();
    all.try_for_each(|record| record.map(drop).map_err(|error| error.to_string()))
}

/// Why a file is not read, when it is opened or at the latest when all of it is read.
fn refused(bytes: &[u8]) -> String {
    read(bytes).unwrap_err()
}

#[test]
fn what_is_kept_comes_back_as_it_was() {
    for sample in [samples::scan(), samples::hostile(), samples::healthy(), samples::remembered()] {
        let lines = told(&sample, "ndjson");
        let document = told(&sample, "json");
        for bytes in [kept(&sample), zstd(&lines), lines, zstd(&document), document] {
            let scan = open(&bytes).unwrap().into_scan();
            assert_eq!(scan.tally, sample.scan().tally);
            assert_eq!(Document::read(&scan).unwrap(), Document::read(&sample.scan()).unwrap());
            assert_eq!(Document::read(&scan).unwrap().findings.len(), sample.findings.len(), "and once more");
            let findings = open(&bytes).unwrap().into_findings().unwrap();
            let findings: Vec<_> = findings.map(|record| record.unwrap().finding().unwrap()).collect();
            assert_eq!(findings, sample.findings);
        }
    }
}

#[test]
fn what_is_kept_of_what_was_kept_is_the_same() {
    let first = kept(&samples::scan());
    let mut second = Vec::new();
    keep(&open(&first).unwrap().into_scan(), &mut second).unwrap();
    assert_eq!(first, second);
}

#[test]
fn each_way_to_cut_a_file_off_is_noticed_when_it_is_opened() {
    let sample = samples::scan();
    for whole in [kept(&sample), told(&sample, "ndjson"), told(&sample, "json")] {
        for length in (0..whole.len() - 2).step_by(37).chain(whole.len() - 40..whole.len() - 2) {
            assert!(open(&whole[..length]).is_err(), "{length} of {}", whole.len());
        }
        assert!(open(&whole).is_ok());
    }
}

#[test]
fn a_file_of_which_one_byte_is_another_is_refused_or_says_the_same() {
    let whole = kept(&samples::scan());
    let document = |bytes: &[u8]| Document::read(&open(bytes).unwrap().into_scan()).unwrap();
    let intact = document(&whole);
    for at in (0..whole.len()).step_by(11) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        // Headers of zstd have bits that mean nothing.
        assert!(read(&damaged).is_err() || document(&damaged) == intact, "byte {at}");
    }
}

#[test]
fn lines_that_are_missing_or_too_many_are_noticed() {
    let sample = samples::scan();
    let text = String::from_utf8(told(&sample, "ndjson")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (finding, scope) = (1, 1 + sample.findings.len());
    for at in [finding, scope] {
        let less = [&lines[..at], &lines[at + 1..]].concat().join("\n") + "\n";
        assert!(refused(less.as_bytes()).contains("fewer lines"), "{at}");
        let more = [&lines[..at], &lines[at..=at], &lines[at..]].concat().join("\n") + "\n";
        assert!(refused(more.as_bytes()).contains("more lines"), "{at}");
    }
}

#[test]
fn a_kind_of_line_that_is_not_known_is_passed_over() {
    let sample = samples::scan();
    let text = String::from_utf8(told(&sample, "ndjson")).unwrap();
    let text = text.replace('\n', "\n{\"kind\":\"rumour\",\"of\":1}\n");
    let (text, _) = text.trim_end().rsplit_once('\n').unwrap();
    let scan = open(format!("{text}\n").as_bytes()).unwrap().into_scan();
    assert_eq!(Document::read(&scan).unwrap(), Document::read(&sample.scan()).unwrap());
}

#[test]
fn a_huge_line_is_a_line() {
    let mut sample = samples::scan();
    sample.findings[0].resource.name = "long ".repeat(2 << 20);
    sample.deliveries = vec![Delivery {
        gateway: "x".into(),
        target: "y".repeat(10 << 20),
        accepted: 0,
        rejected: 1,
        error: None,
        warning: None,
    }];
    for bytes in [kept(&sample), told(&sample, "ndjson")] {
        let scan = open(&bytes).unwrap().into_scan();
        assert_eq!(Document::read(&scan).unwrap(), Document::read(&sample.scan()).unwrap());
    }
}

#[test]
fn what_is_no_document_is_refused_by_name() {
    for (bytes, why) in [
        (&b""[..], "not a howler.report/v1"),
        (b"nothing\n", "not a howler.report/v1"),
        (b"{}", "not a howler.report/v1"),
        (b"{\"kind\":\"scan\",}\n", "not a howler.report/v1"),
        (&[0x28, 0xb5, 0x2f, 0xfd], "incomplete frame"),
    ] {
        let file = file(bytes);
        let error = Kept::open(file.path()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: ", file.path().display())), "{error}");
        assert!(error.contains(why), "{error}");
    }
    let text = String::from_utf8(told(&samples::scan(), "ndjson")).unwrap();
    let error = open(text.replacen("report/v1", "report/v2", 1).as_bytes()).unwrap_err().to_string();
    assert!(error.contains("howler.report/v2"), "{error}");
    let error = Kept::open(Path::new("/nowhere/it.ndjson")).unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/it.ndjson: "), "{error}");
}

#[test]
fn an_error_amid_the_lines_names_the_file_and_is_the_last_word() {
    let text = String::from_utf8(told(&samples::scan(), "ndjson")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.remove(1);
    let file = file((lines.join("\n") + "\n").as_bytes());
    let kept = Kept::open(file.path()).unwrap();
    let read: Vec<_> = kept.scopes().unwrap().collect();
    assert!(read.iter().all(Result::is_ok), "the scopes are all there");
    let mut read = kept.findings().unwrap().skip_while(Result::is_ok);
    let error = read.next().unwrap().unwrap_err().to_string();
    assert!(error.contains(&file.path().display().to_string()), "{error}");
    assert!(read.next().is_none());
}

#[test]
fn a_file_that_is_removed_meanwhile_is_still_read() {
    let file = file(&kept(&samples::scan()));
    let kept = Kept::open(file.path()).unwrap();
    drop(file);
    assert_eq!(kept.findings().unwrap().count(), samples::scan().findings.len());
}
