//! `howler checks --sources`: where certificates live, what of it howler sees, and why it does not see the rest.

use anyhow::Result;
use howler_sources::{Asked, CERTIFICATE_PLACES, CertificatePlace, Proof, SOURCES, Seen, Source};
use serde_json::json;

use crate::args::ListFormat;

/// The list, for people or for programs.
pub fn text(format: ListFormat) -> Result<String> {
    Ok(match format {
        ListFormat::Table => table(),
        ListFormat::Json => format!("{:#}\n", json()),
    })
}

/// What is said of one place.
struct Line {
    place: &'static CertificatePlace,
    /// One word: covered, on request, not built in, not covered.
    covered: &'static str,
    source: &'static str,
    proofs: Vec<&'static str>,
    why: &'static str,
}

impl Line {
    fn of(place: &'static CertificatePlace) -> Self {
        let (covered, source, proofs, why) = match place.seen {
            Seen::Always(proofs) => (COVERED, "every scan", proofs, ""),
            Seen::By(source, proofs) => (coverage(source), source, proofs, ""),
            Seen::Not(why) => ("not covered", "", &[][..], why),
        };
        Self { place, covered, source, proofs: proofs.iter().copied().map(Proof::as_str).collect(), why }
    }

    fn cells(&self) -> [String; 5] {
        let CertificatePlace { id, what, .. } = self.place;
        let tested = self.proofs.join(", ");
        let seen = if self.why.is_empty() { format!("tested on {tested}") } else { self.why.to_owned() };
        [(*id).to_owned(), self.covered.to_owned(), self.source.to_owned(), (*what).to_owned(), seen]
    }
}

const COVERED: &str = "covered";

fn coverage(source: &str) -> &'static str {
    let built = |known: &&&Source| known.id == source;
    match SOURCES.iter().find(built).map(|source| source.asked) {
        Some(Asked::Always) => COVERED,
        Some(Asked::OnRequest) => "on request",
        None => "not in this build",
    }
}

fn lines() -> Vec<Line> {
    CERTIFICATE_PLACES.iter().map(Line::of).collect()
}

fn table() -> String {
    let lines = lines();
    let rows: Vec<[String; 5]> = lines.iter().map(Line::cells).collect();
    let widths = rows.iter().fold([0; 5], |mut widths, row| {
        widths.iter_mut().zip(row).for_each(|(width, cell)| *width = cell.len().max(*width));
        widths
    });
    let told = |row: &[String; 5]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    let seen = lines.iter().filter(|line| line.why.is_empty()).count();
    let tally = format!("\n{seen} of {} places are covered.\n", lines.len());
    rows.iter().map(told).chain([tally]).collect()
}

fn json() -> serde_json::Value {
    let entry = |line: Line| {
        let CertificatePlace { id, service, what, .. } = line.place;
        json!({ "id": id, "service": service, "what": what, "covered": line.covered, "source": line.source,
                "tested_on": line.proofs, "why_not": line.why })
    };
    lines().into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_a_source_that_is_built_in_or_a_reason() {
        for line in lines() {
            assert_ne!(
                line.covered, "not in this build",
                "{}: there is no source {}",
                line.place.id, line.source
            );
            assert_eq!(line.why.is_empty(), !line.proofs.is_empty(), "{}: tested, or why not", line.place.id);
        }
    }
}
