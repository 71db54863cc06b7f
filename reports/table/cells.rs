//! The cells of a finding: a value, and a detail for the line below it.

use super::MOST_COLUMNS;
use crate::document::{Finding, Measure, Place, Rescored, Status};
use crate::escape::terminal;
use crate::wording::{number, obstacle, percent, ratio_percent, short_duration, untrusted};

/// The longest detail of others' words.
const SHORT: usize = 22;
/// The longest name of an owner.
const LONG: usize = 48;

/// From here on each row is one line.
const IN_LINE: u16 = 160;

/// Whether there is no room for a row in one line; a line that nobody looks at is never too long.
pub(super) fn is_stacked(width: Option<u16>) -> bool {
    width.is_some_and(|width| width < IN_LINE)
}

/// A value and what goes below or beside it.
pub(super) struct Cell {
    value: String,
    detail: String,
    joint: &'static str,
}

impl Cell {
    fn new(value: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { value: value.into(), detail: detail.into(), joint: ", " }
    }

    fn joined_by(self, joint: &'static str) -> Self {
        Self { joint, ..self }
    }

    /// Both on two lines.
    pub(super) fn stacked(self) -> String {
        match self.detail.is_empty() {
            true => self.value,
            false => format!("{}\n{}", self.value, self.detail),
        }
    }

    /// Both on one line.
    pub(super) fn in_line(self) -> String {
        match self.detail.is_empty() {
            true => self.value,
            false => format!("{}{}{}", self.value, self.joint, self.detail),
        }
    }
}

/// What it is: the name and the check.
pub(super) fn what(finding: &Finding, columns: usize) -> Cell {
    Cell::new(terminal(&finding.resource.name, columns), check(finding))
}

/// The check, and what it says itself where a rule says another severity.
pub(super) fn check(finding: &Finding) -> String {
    let check = terminal(&finding.check, MOST_COLUMNS);
    match &finding.rescored {
        Some(Rescored { from, via }) => {
            let (from, severity) = (from.as_str(), finding.severity.as_str());
            format!("{check} says {from}, {severity} by {}", terminal(via, MOST_COLUMNS))
        }
        None => check,
    }
}

/// Who should hear of it.
pub(super) fn owner(owner: Option<&str>) -> String {
    owner.map(|owner| terminal(owner, LONG)).unwrap_or_default()
}

/// The account, the region and who should hear of it, a line each.
pub(super) fn place_and_owner(place: &Place, owner: Option<&str>) -> String {
    let place = self::place(place).stacked();
    match owner {
        Some(_) => format!("{place}\n{}", self::owner(owner)),
        None => place,
    }
}

/// How much is left or used.
pub(super) fn left(finding: &Finding) -> Cell {
    match &finding.measure {
        Measure::Expiry { seconds_left, not_after, .. } if *seconds_left < 0 => {
            let day = not_after.format("on %Y-%m-%d");
            Cell::new(format!("expired {} ago", short_duration(*seconds_left)), day.to_string())
                .joined_by(" ")
        }
        Measure::Expiry { seconds_left, lifetime_left_ratio, .. } => {
            let share = lifetime_left_ratio.map(|ratio| format!("{}% of lifetime", ratio_percent(ratio)));
            Cell::new(format!("{} left", short_duration(*seconds_left)), share.unwrap_or_default())
        }
        Measure::NoExpiry => Cell::new("no end", ""),
        Measure::NotIssued => Cell::new("not issued", ""),
        Measure::ExpiryUnknown { reason } => Cell::new("unknown", terminal(reason, SHORT)),
        Measure::NotYetValid { seconds_until, .. } => {
            Cell::new(format!("valid in {}", short_duration(*seconds_until)), "")
        }
        Measure::Name { .. } if finding.status == Status::Unknown => Cell::new("name unknown", ""),
        Measure::Name { covered, .. } => {
            let other = covered.first().map(|name| format!("has {}", terminal(name, SHORT - 4)));
            Cell::new("wrong name", other.unwrap_or_default())
        }
        Measure::Chain { untrusted: why, .. } => {
            Cell::new("not trusted", why.map(untrusted).unwrap_or_default())
        }
        Measure::Renewal { obstacle: why, seconds_left, .. } => {
            Cell::new(format!("{} left", short_duration(*seconds_left)), obstacle(*why))
        }
        Measure::Deployment { served, .. } => {
            let end = served.not_after.map(|end| end.format("until %Y-%m-%d").to_string());
            Cell::new("serves another", end.unwrap_or_default())
        }
        Measure::UncoveredNames { wanted, .. } => Cell::new("not covered", shortened(wanted)),
        Measure::Dangling { certificates } => Cell::new("not there", shortened(certificates)),
        Measure::NeedlessChain { roots, strangers } if strangers.is_empty() => {
            Cell::new("sends its root", shortened(roots))
        }
        Measure::NeedlessChain { strangers, .. } => Cell::new("odd chain", shortened(strangers)),
        Measure::Weak { key, signature } => {
            let told: Vec<String> = key.iter().chain(signature).cloned().collect();
            Cell::new("weak", shortened(&told))
        }
        Measure::SelfSigned { .. } => Cell::new("self-signed", ""),
        Measure::DatesInverted { .. } => Cell::new("never valid", ""),
        Measure::LegacyProtocol { oldest, .. } => {
            Cell::new("old protocol", terminal(oldest.as_deref().unwrap_or_default(), SHORT))
        }
        Measure::Unused { .. } => Cell::new("unused", ""),
        Measure::Utilization { usage, limit, .. } => used(*usage, *limit),
        Measure::UtilizationUnknown { usage, limit, unseen, .. } => {
            half_known(*usage, *limit, unseen.reason.as_str())
        }
        Measure::Suppression { until, days_left, .. } if *days_left < 0 => Cell::new(
            format!("ended {}d ago", days_left.saturating_neg()),
            until.format("on %Y-%m-%d").to_string(),
        ),
        Measure::Suppression { until, days_left, .. } => {
            Cell::new(format!("{days_left}d left"), until.format("until %Y-%m-%d").to_string())
        }
        Measure::Gap { unseen } => Cell::new("unknown", unseen.reason.as_str()),
    }
}

/// The first of others' words.
fn shortened(words: &[String]) -> String {
    words.first().map(|word| terminal(word, SHORT)).unwrap_or_default()
}

fn used(usage: f64, limit: f64) -> Cell {
    let numbers = format!("{}/{}", number(usage), number(limit));
    match percent(usage, limit) {
        Some(percent) => Cell::new(format!("{numbers} {percent}%"), bar(percent)).joined_by(" "),
        None => Cell::new(numbers, ""),
    }
}

fn half_known(usage: Option<f64>, limit: Option<f64>, reason: &str) -> Cell {
    let told = |value: Option<f64>| value.map_or("?".to_owned(), number);
    Cell::new(format!("{}/{} unknown", told(usage), told(limit)), reason)
}

/// Ten cells, full only when the quota is.
fn bar(percent: u64) -> String {
    let full = usize::try_from(percent / 10).unwrap_or(10).min(10);
    format!("{}{}", "▓".repeat(full), "░".repeat(10 - full))
}

/// The account and the region.
pub(super) fn place(place: &Place) -> Cell {
    match (&place.account, &place.region) {
        (Some(account), Some(region)) => Cell::new(terminal(account, SHORT), terminal(region, SHORT)),
        _ => Cell::new("outside AWS", ""),
    }
}

/// The account and the region, each for a column of its own.
pub(super) fn account_and_region(place: &Place) -> [String; 2] {
    let Cell { value, detail, .. } = self::place(place);
    [value, detail]
}

/// The canonical name.
pub(super) fn resource(finding: &Finding) -> String {
    terminal(&finding.resource.id, MOST_COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_full_only_at_the_limit() {
        assert_eq!(used(46.0, 50.0).in_line(), "46/50 92% ▓▓▓▓▓▓▓▓▓░");
        assert_eq!(used(49.99, 50.0).in_line(), "49.99/50 99% ▓▓▓▓▓▓▓▓▓░");
        assert_eq!(used(75.0, 50.0).in_line(), "75/50 150% ▓▓▓▓▓▓▓▓▓▓");
        assert_eq!(used(3.0, 0.0).in_line(), "3/0");
    }

    #[test]
    fn what_is_not_known_is_not_a_number() {
        assert_eq!(half_known(None, Some(50.0), "denied").in_line(), "?/50 unknown, denied");
    }
}
