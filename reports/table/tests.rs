//! What the table says at all widths, and that nothing of others reaches the terminal as it is.

#![allow(clippy::unwrap_used, clippy::panic)]

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::document::{Change, Changed, Changes, Severity};
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
    insta::assert_snapshot!("table_troubled", plain(&samples::troubled(), Some(80)));
    insta::assert_snapshot!("table_healthy", plain(&samples::healthy(), Some(80)));
    let remembered = samples::remembered();
    insta::assert_snapshot!("table_remembered_80", plain(&remembered, Some(80)));
    insta::assert_snapshot!("table_remembered_120", plain(&remembered, Some(120)));
    insta::assert_snapshot!("table_remembered_piped", plain(&remembered, None));
}

#[test]
fn every_line_fits() {
    for scan in [samples::scan(), samples::hostile(), samples::healthy(), samples::remembered()] {
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
        let changes = text.lines().filter(|line| line.starts_with("Since the last scan:")).count();
        assert_eq!(changes, 1, "{text}");
        let forged = text.lines().filter(|line| line.starts_with("Coverage:")).count();
        assert_eq!(forged, 1, "{text}");
    }
}

#[test]
fn a_piped_finding_is_one_line() {
    for sample in [samples::scan(), samples::remembered()] {
        let text = plain(&sample, None);
        let rows = text
            .lines()
            .filter(|line| line.split(' ').next().unwrap().parse::<howler_model::Severity>().is_ok());
        assert_eq!(rows.count(), sample.findings.iter().filter(|f| is_shown(f)).count());
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let scan = samples::remembered();
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
    assert!(text.contains("NOT COMPLETE: the scan was interrupted") && !text.contains("No open findings."));
    assert!(!plain(&samples::healthy(), Some(80)).contains("NOT COMPLETE"));
}

#[test]
fn what_nobody_remembers_is_not_compared_and_the_first_scan_says_so() {
    assert!(!plain(&samples::scan(), None).contains("last scan"));
    let mut scan = samples::remembered();
    let changes = scan.changes.as_mut().unwrap();
    changes.since = None;
    let text = plain(&scan, None);
    assert!(text.contains("First scan that is remembered"), "{text}");
    assert!(!text.contains("Since the last scan") && !text.contains("CHANGE"), "{text}");
    scan.changes = Some(Changes { since: Some("before".into()), ..Changes::default() });
    assert!(plain(&scan, None).contains("Since the last scan: nothing changed.\n"));
}

#[test]
fn nothing_is_called_resolved_but_what_is() {
    let mut scan = samples::remembered();
    scan.changes.as_mut().unwrap().findings.retain(|it| it.change != Change::Resolved);
    let text = plain(&scan, None);
    assert!(text.contains("\nlapsed ") && text.contains("\nnot confirmed "), "{text}");
    assert!(!text.contains("resolved"), "{text}");
}

#[test]
fn what_is_open_and_was_not_confirmed_is_not_green() {
    let mut scan = samples::healthy();
    assert!(plain(&scan, None).contains("\nNo open findings.\n"));
    scan.changes = samples::remembered().changes;
    let text = plain(&scan, None);
    assert!(text.contains("No open findings in what could be seen.\n"), "{text}");
    assert!(text.contains("Still open, and not confirmed by this scan: 2 findings\n"), "{text}");
}

#[test]
fn many_changes_are_counted_and_the_worst_are_shown() {
    let mut scan = samples::remembered();
    let changes = scan.changes.as_mut().unwrap();
    let (mut change, mut unconfirmed) = (changes.findings[0].clone(), changes.unconfirmed[0].clone());
    (change.severity, unconfirmed.severity) = (Severity::Low, Severity::Low);
    let worst = Changed { severity: Severity::Critical, name: "the-worst".into(), ..change.clone() };
    changes.findings = vec![change; 50];
    changes.findings.push(worst);
    changes.unconfirmed = vec![unconfirmed; 30];
    let text = plain(&scan, None);
    assert!(text.contains("Since the last scan: 51 new, 30 not confirmed."), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("new ")).count(), 20);
    assert_eq!(text.lines().filter(|line| line.starts_with("not confirmed ")).count(), 20);
    assert!(text.lines().any(|line| line.starts_with("new ") && line.contains("the-worst")), "{text}");
    assert!(text.contains("... and 31 more changes less bad: --format json has all."), "{text}");
    assert!(text.contains("... and 10 more findings not confirmed: --format json has all."), "{text}");
}

#[test]
fn what_is_suppressed_stays_in_sight_and_is_capped() {
    let mut scan = samples::remembered();
    let suppressed = scan.findings.iter().find(|it| it.status == Status::Suppressed).unwrap().clone();
    let text = plain(&scan, None);
    let said = suppressed.suppression.as_ref().unwrap();
    let row = text.lines().find(|line| line.starts_with(&said.until.to_string())).unwrap();
    for told in [&suppressed.resource.name, &said.owner, &said.reason] {
        assert!(row.contains(told.as_str()), "{row}");
    }
    scan.findings = vec![suppressed; 25];
    let text = plain(&scan, None);
    assert!(text.contains("Suppressed: 25 findings."), "{text}");
    assert!(text.contains("... and 5 more suppressed findings less bad"), "{text}");
}

#[test]
fn an_owner_has_a_column_where_one_is_known() {
    let mut scan = samples::scan();
    assert!(plain(&scan, None).contains(" OWNER ") && plain(&scan, Some(80)).contains("team-web"));
    scan.findings.iter_mut().for_each(|finding| finding.owner = None);
    assert!(!plain(&scan, None).contains("OWNER") && !plain(&scan, Some(80)).contains("WHERE, OWNER"));
}

#[test]
fn another_severity_than_that_of_the_check_is_told() {
    let text = plain(&samples::remembered(), None);
    assert!(text.contains("certificate-expiry says medium, high by severities.toml:7"), "{text}");
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
