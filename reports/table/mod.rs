//! The table for people: worst first, what to do, and at the end what could not be seen.

mod cells;
mod findings;
mod fixes;
mod gaps;
mod grid;
mod paint;

use std::io::{self, BufWriter, Write};

use crate::document::{Delivery, Finding, Measure, Status};
use crate::escape::terminal;
use crate::wording::{count, instant};
use crate::{Report, Scan, Style};

/// How many open findings are shown; the document has all.
const MOST_ROWS: usize = 200;
/// The longest cell, in columns; the document has all of it.
const MOST_COLUMNS: usize = 120;

/// `--format table`.
pub(crate) struct Table;

impl Report for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn render(&self, scan: &Scan, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let shown = shown(scan)?;
        let sections = [
            headline(scan, style),
            findings::section(&shown, style),
            rest(scan.tally.told().saturating_sub(shown.len())),
            fixes::section(&shown, style),
            closed(scan, style),
            gaps::section(scan, style)?,
            deliveries(&scan.deliveries, style),
        ];
        let mut out = BufWriter::new(out);
        let told = sections.iter().filter(|lines| !lines.is_empty());
        for (number, lines) in told.enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        out.flush()
    }
}

/// Worth telling, but for gaps, which have a section of their own.
fn is_shown(finding: &Finding) -> bool {
    finding.is_worth_telling() && !matches!(finding.measure, Measure::Gap { .. })
}

/// The findings that get a row; nothing is read after the last of them.
fn shown(scan: &Scan) -> io::Result<Vec<Finding>> {
    let most = scan.tally.told().min(MOST_ROWS);
    let mut shown = Vec::new();
    let mut findings = scan.records.findings()?;
    while shown.len() < most
        && let Some(record) = findings.next()
    {
        let finding = record?.finding()?;
        if !finding.is_open() {
            break;
        }
        shown.extend(is_shown(&finding).then_some(finding));
    }
    Ok(shown)
}

fn headline(scan: &Scan, style: &Style) -> Vec<String> {
    let counts = scan.tally.told_by_severity().iter();
    let counts: Vec<String> = counts
        .map(|(&severity, number)| {
            paint::severity(severity, &format!("{number} {}", severity.as_str()), style)
        })
        .collect();
    let found = match (scan.tally.told(), scan.is_complete()) {
        (0, true) => "No open findings.".to_owned(),
        (0, false) => "No open findings in what could be seen.".to_owned(),
        (number, _) => format!("{}: {}", count(number, "open finding"), counts.join(", ")),
    };
    vec![format!("howler {}, judged at {}", scan.version, instant(scan.run.now)), found]
}

fn rest(hidden: usize) -> Vec<String> {
    match hidden {
        0 => Vec::new(),
        _ => vec![format!("... and {} less bad: --format json has all.", count(hidden, "more open finding"))],
    }
}

/// What need not be looked at, counted.
fn closed(scan: &Scan, style: &Style) -> Vec<String> {
    let [passed, suppressed] = [Status::Pass, Status::Suppressed].map(|status| scan.tally.with(status));
    let minor = scan.tally.minor();
    let told = [
        (passed, format!("Passed: {}.", count(passed, "finding"))),
        (suppressed, format!("Suppressed: {}, named in --format json.", count(suppressed, "finding"))),
        (minor, format!("Unknown: {}, named in --format json.", count(minor, "finding"))),
    ];
    let lines = told.into_iter().filter(|(number, _)| *number > 0);
    lines.flat_map(|(_, line)| grid::fold(&line, style.width, "")).collect()
}

fn deliveries(deliveries: &[Delivery], style: &Style) -> Vec<String> {
    deliveries.iter().flat_map(|delivery| delivered(delivery, style)).collect()
}

fn delivered(delivery: &Delivery, style: &Style) -> Vec<String> {
    let target = terminal(&delivery.target, MOST_COLUMNS);
    let taken =
        format!("{} of {}", delivery.accepted, count(delivery.accepted + delivery.rejected, "finding"));
    let line = format!("Sent to {} at {target}: {taken} accepted.", delivery.gateway);
    let mut lines = grid::fold(&line, style.width, "");
    if let Some(error) = &delivery.error {
        let error = format!("NOT DELIVERED: {}", terminal(error, 2 * MOST_COLUMNS));
        // Folded before it is painted: colours have no width.
        let folded = grid::fold(&error, style.width, "");
        lines.extend(folded.iter().map(|line| paint::alarm(line, style)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::escape;
    use crate::samples::{self, Sample, Watched};

    fn text(sample: &Sample, style: &Style) -> String {
        let mut out = Vec::new();
        Table.render(&sample.scan(), style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn plain(scan: &Sample, width: Option<u16>) -> String {
        text(scan, &Style { width, colour: false })
    }

    #[test]
    fn tables_are_golden() {
        let scan = samples::scan();
        insta::assert_snapshot!("table_80", plain(&scan, Some(80)));
        insta::assert_snapshot!("table_120", plain(&scan, Some(120)));
        insta::assert_snapshot!("table_200", plain(&scan, Some(200)));
        insta::assert_snapshot!("table_piped", plain(&scan, None));
        insta::assert_snapshot!("table_hostile", plain(&samples::hostile(), Some(80)));
        insta::assert_snapshot!("table_healthy", plain(&samples::healthy(), Some(80)));
    }

    #[test]
    fn every_line_fits() {
        for scan in [samples::scan(), samples::hostile(), samples::healthy()] {
            for width in 80..=220 {
                let text = plain(&scan, Some(width));
                let wide = text.lines().find(|line| line.width() > usize::from(width));
                assert_eq!(wide, None, "a line of {width} columns");
            }
        }
    }

    #[test]
    fn no_text_of_others_reaches_the_terminal_as_it_is() {
        for width in [Some(80), Some(120), Some(200), None] {
            let text = plain(&samples::hostile(), width);
            assert!(!text.chars().any(|c| c != '\n' && escape::is_hidden(c)), "{text}");
            let forged = text.lines().filter(|line| line.starts_with("Coverage:")).count();
            assert_eq!(forged, 1, "{text}");
        }
    }

    #[test]
    fn a_piped_finding_is_one_line() {
        let text = plain(&samples::scan(), None);
        let rows = text
            .lines()
            .filter(|line| line.split(' ').next().unwrap().parse::<howler_model::Severity>().is_ok());
        assert_eq!(rows.count(), samples::scan().findings.iter().filter(|f| is_shown(f)).count());
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let scan = samples::scan();
        let coloured = text(&scan, &Style { width: Some(80), colour: true });
        assert!(coloured.contains('\u{1b}'));
        let parts: Vec<&str> = coloured.split('\u{1b}').collect();
        let bare: String = parts[0].to_owned()
            + &parts[1..].iter().map(|part| part.split_once('m').unwrap().1).collect::<String>();
        assert_eq!(bare, plain(&scan, Some(80)));
    }

    #[test]
    fn many_findings_are_capped_and_the_rest_is_counted() {
        let mut scan = samples::scan();
        let open = scan.findings.iter().find(|finding| is_shown(finding)).unwrap().clone();
        scan.findings = vec![open; MOST_ROWS + 41];
        let text = plain(&scan, None);
        assert!(text.contains("241 open findings") && text.contains("41 more open findings"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("critical ")).count(), MOST_ROWS);
    }

    /// 10,000 findings, all open or all passed, and 10,000 scopes with a gap each.
    fn large(is_open: bool) -> Sample {
        let mut sample = samples::scan();
        let finding = sample.findings.iter().find(|finding| finding.is_open() == is_open).unwrap().clone();
        let scope = sample.scopes.iter().find(|scope| scope.status.is_gap()).unwrap().clone();
        sample.findings = vec![finding; 10_000];
        sample.scopes = vec![scope; 10_000];
        sample
    }

    fn watched(sample: &Sample, readable: Option<usize>) -> (io::Result<()>, usize, usize) {
        let records = Watched { held: sample.held(), readable, ..Watched::default() };
        let read = [records.findings_read.clone(), records.scopes_read.clone()];
        let scan = sample.scan_of(Box::new(records));
        let rendered = Table.render(&scan, &Style::default(), &mut io::sink());
        let [findings, scopes] = read.map(|number| number.load(std::sync::atomic::Ordering::Relaxed));
        (rendered, findings, scopes)
    }

    #[test]
    fn no_more_is_read_than_is_shown() {
        let (rendered, findings, scopes) = watched(&large(true), None);
        rendered.unwrap();
        assert_eq!((findings, scopes), (MOST_ROWS, 50));
        let (rendered, findings, _) = watched(&large(false), None);
        rendered.unwrap();
        assert_eq!(findings, 0, "nothing is open");
        let (rendered, _, scopes) = watched(&samples::healthy(), None);
        rendered.unwrap();
        assert_eq!(scopes, 0, "there is no gap");
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_not_a_shorter_table() {
        assert!(watched(&large(true), Some(MOST_ROWS)).0.is_ok());
        assert!(watched(&large(true), Some(MOST_ROWS - 1)).0.is_err());
    }

    #[test]
    fn what_is_unknown_because_of_a_gap_is_counted_and_not_listed() {
        let scan = samples::scan();
        let unknown =
            scan.findings.iter().find(|finding| finding.is_open() && !finding.is_worth_telling()).unwrap();
        let text = plain(&scan, None);
        let listed = text.contains(&unknown.resource.name);
        assert!(!listed && text.contains("Unknown: 1 finding,"), "{text}");
    }

    #[test]
    fn a_scan_that_saw_nothing_does_not_look_green() {
        let mut scan = samples::healthy();
        scan.scopes.clear();
        scan.findings.clear();
        assert!(plain(&scan, Some(80)).contains("NOT COMPLETE: nothing was scanned"));
        let mut scan = samples::healthy();
        scan.run.finished = false;
        let text = plain(&scan, Some(80));
        assert!(
            text.contains("NOT COMPLETE: the scan was interrupted") && !text.contains("No open findings.")
        );
        assert!(!plain(&samples::healthy(), Some(80)).contains("NOT COMPLETE"));
    }

    #[test]
    fn a_delivery_that_failed_is_told() {
        let mut scan = samples::healthy();
        scan.deliveries.push(Delivery {
            gateway: "alertmanager".into(),
            target: "http://alerts.example.com:9093".into(),
            accepted: 0,
            rejected: 12,
            error: Some("no connection: Connection refused\u{1b}[2J".into()),
            warning: None,
        });
        let text = plain(&scan, Some(80)).replace('\n', " ");
        assert!(text.contains("0 of 12 findings accepted") && text.contains("NOT DELIVERED: no connection"));
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_narrow_terminal_is_no_reason_to_fail() {
        for width in 0..80 {
            plain(&samples::hostile(), Some(width));
        }
    }
}
