//! `severities.toml`: what is worse or better here than its check says, and what gets worse as its end comes near.

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{Rescored, Severity};

use crate::reader::{Block, Reader};
use crate::selector::Selector;
use crate::subject::Subject;

/// Rules about severities, in the order of the file.
#[derive(Debug, Clone)]
pub(crate) struct Severities {
    /// The last one that matches counts.
    overrides: Vec<Rule>,
    /// All that match count.
    escalations: Vec<(TimeDelta, Rule)>,
}

#[derive(Debug, Clone)]
struct Rule {
    selector: Selector,
    severity: Severity,
    via: String,
}

impl Severities {
    pub(crate) fn read<'a>(mut root: Block<'a>, reader: &mut Reader<'a>) -> Self {
        let blocks = root.blocks("severity", reader);
        let overrides = blocks.into_iter().filter_map(|block| over(block, reader)).collect();
        let blocks = root.blocks("escalate", reader);
        let escalations = blocks.into_iter().filter_map(|block| escalation(block, reader)).collect();
        root.finish(reader);
        Self { overrides, escalations }
    }

    /// The selectors of all rules.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        let escalations = self.escalations.iter().map(|(_, rule)| rule);
        self.overrides.iter().chain(escalations).map(|rule| &rule.selector)
    }

    /// The severity of a finding here, if it is not the one that its check gave.
    pub(crate) fn of(&self, subject: Subject<'_>, now: DateTime<Utc>) -> Option<(Severity, Rescored)> {
        let verdict = &subject.finding.verdict;
        let from = verdict.severity;
        let over = self.overrides.iter().rev().find(|rule| rule.holds(subject));
        let mut said = over.map_or((from, ""), |rule| (rule.severity, &rule.via));
        let left = verdict.deadline.map(|deadline| deadline.signed_duration_since(now));
        for (within, rule) in &self.escalations {
            let is_near = left.is_some_and(|left| left <= *within);
            if is_near && rule.severity > said.0 && rule.selector.matches(subject) {
                said = (rule.severity, &rule.via);
            }
        }
        let (severity, via) = said;
        (severity != from).then(|| (severity, Rescored { from, via: via.to_owned() }))
    }

    /// Whether a rule might say another severity than [`Self::of`], were all known that was not to be seen.
    pub(crate) fn is_unsure(&self, subject: Subject<'_>, now: DateTime<Utc>) -> bool {
        let stronger = self.overrides.iter().rev().take_while(|rule| !rule.holds(subject));
        let left = subject.finding.verdict.deadline.map(|deadline| deadline.signed_duration_since(now));
        let near = self.escalations.iter().filter(|(within, _)| left.is_some_and(|left| left <= *within));
        let near = near.map(|(_, rule)| rule).filter(|rule| !rule.selector.matches(subject));
        stronger.chain(near).any(|rule| rule.might_hold(subject))
    }
}

impl Rule {
    /// Whether it might hold, were all known that was not to be seen; also where it does.
    fn might_hold(&self, subject: Subject<'_>) -> bool {
        match self.severity {
            Severity::Info => self.selector.might_hide(subject),
            _ => self.selector.may_match(subject),
        }
    }

    /// Nobody hears of what is info, so that this hides as a suppression does.
    fn holds(&self, subject: Subject<'_>) -> bool {
        match self.severity {
            Severity::Info => self.selector.may_hide(subject),
            _ => self.selector.matches(subject),
        }
    }
}

fn over<'a>(mut block: Block<'a>, reader: &mut Reader<'a>) -> Option<Rule> {
    let rule = rule(&mut block, reader);
    block.finish(reader);
    rule
}

fn escalation<'a>(mut block: Block<'a>, reader: &mut Reader<'a>) -> Option<(TimeDelta, Rule)> {
    let rule = rule(&mut block, reader);
    let within = within(&mut block, reader);
    block.finish(reader);
    Some((within?, rule?))
}

fn rule<'a>(block: &mut Block<'a>, reader: &mut Reader<'a>) -> Option<Rule> {
    let via = reader.place(&block.at);
    let selector = Selector::read(block, reader);
    let severity = block.require("severity", reader).and_then(|value| reader.parsed("severity", &value));
    Some(Rule { selector: selector?, severity: severity?, via })
}

fn within<'a>(block: &mut Block<'a>, reader: &mut Reader<'a>) -> Option<TimeDelta> {
    let value = block.require("within_days", reader)?;
    reader.days("within_days", &value)
}
