//! Which findings a rule is about: conditions that must all hold, each with values of which any may.

use std::ops::Range;

use howler_model::{AccountId, CheckId, Region};
use wildmatch::WildMatch;

use crate::reader::{Block, Reader, near};
use crate::subject::{Subject, Tag};

/// The keys of a selector, in the order in which it is told.
const KEYS: [&str; 10] =
    ["id", "check", "account", "ou", "region", "service", "resource", "tag", "account_tag", "domain"];

/// What a finding must be for a rule to be about it.
#[derive(Debug, Clone)]
pub(crate) struct Selector {
    all: Vec<Condition>,
}

/// One key, and the values of which any may hold.
#[derive(Debug, Clone)]
struct Condition {
    key: &'static str,
    values: Vec<String>,
    any: Vec<Test>,
}

/// One value of a key.
#[derive(Debug, Clone)]
enum Test {
    Id(String),
    Check(WildMatch),
    Account(AccountId),
    Unit(String),
    Region(WildMatch),
    Service(WildMatch),
    Resource(WildMatch),
    Tag(WantedTag),
    AccountTag(WantedTag),
    Domain(String),
}

/// A tag that must be there, with any value if none is said.
#[derive(Debug, Clone)]
struct WantedTag {
    key: String,
    value: Option<String>,
}

impl Selector {
    /// Takes the keys of a selector out of a block; one with nothing in it would be about everything.
    pub(crate) fn read<'a>(block: &mut Block<'a>, reader: &mut Reader<'a>) -> Option<Self> {
        let mistakes = reader.mistakes();
        let all: Vec<_> = KEYS.iter().filter_map(|key| Condition::read(key, block, reader)).collect();
        if all.is_empty() && reader.mistakes() == mistakes {
            let keys = KEYS.join(", ");
            reader.mistake(block.at.clone(), format!("nothing says which findings this is about: {keys}"));
        }
        (!all.is_empty() && reader.mistakes() == mistakes).then_some(Self { all })
    }

    /// Whether a finding is what it is about.
    pub(crate) fn matches(&self, subject: Subject<'_>) -> bool {
        self.all.iter().all(|condition| condition.any.iter().any(|test| test.holds(subject)))
    }

    /// Whether a finding might be what it is about, were all known that was not to be seen; also where it is.
    pub(crate) fn may_match(&self, subject: Subject<'_>) -> bool {
        let may_hold = |test: &Test| test.holds(subject) || test.is_unseen(subject);
        self.all.iter().all(|condition| condition.any.iter().any(may_hold))
    }

    /// Whether a finding might be hidden by it, were all known that was not to be seen; also where it is.
    pub(crate) fn might_hide(&self, subject: Subject<'_>) -> bool {
        self.may_match(subject) && (self.is_exact() || !subject.is_delicate())
    }

    /// Whether a finding is what it is about, and may be hidden by it.
    ///
    /// What could not be seen is hidden only by who names it exactly; nor does a suppression hide its own end.
    pub(crate) fn may_hide(&self, subject: Subject<'_>) -> bool {
        self.matches(subject) && (self.is_exact() || !subject.is_delicate())
    }

    /// Whether it names something by id, or by account and check without a wildcard.
    fn is_exact(&self) -> bool {
        let names = |key| self.all.iter().any(|condition| condition.key == key);
        let wild = |condition: &Condition| condition.any.iter().any(Test::is_wild);
        names("id") || (names("account") && names("check") && !self.all.iter().any(wild))
    }

    /// Whether it asks for a key.
    pub(crate) fn asks(&self, key: &str) -> bool {
        self.all.iter().any(|condition| condition.key == key)
    }

    /// The organisational units that it names.
    pub(crate) fn units(&self) -> impl Iterator<Item = &String> {
        let units = self.all.iter().filter(|condition| condition.key == "ou");
        units.flat_map(|condition| &condition.values)
    }

    /// It in one line, the same however its keys and values are ordered.
    pub(crate) fn text(&self) -> String {
        self.all.iter().map(Condition::text).collect::<Vec<_>>().join(" ")
    }
}

impl Condition {
    fn read<'a>(key: &'static str, block: &mut Block<'a>, reader: &mut Reader<'a>) -> Option<Self> {
        let value = block.take(key)?;
        let mut texts = reader.texts(key, &value);
        if value.get_ref().as_array().is_some_and(|items| items.is_empty()) {
            reader.mistake(value.span(), format!("{key}: a list with nothing in it is about nothing"));
        }
        texts.sort_by(|(one, _), (other, _)| one.cmp(other));
        texts.dedup_by(|(one, _), (other, _)| one == other);
        let any = texts.iter().filter_map(|(text, at)| test(key, text, at, reader)).collect();
        Some(Self { key, values: texts.into_iter().map(|(text, _)| text).collect(), any })
    }

    fn text(&self) -> String {
        let plain = |text: &str| !text.contains([' ', ',', '"', '\\']) && !text.contains(char::is_control);
        let told = |text: &String| if plain(text) { text.clone() } else { format!("{text:?}") };
        format!("{}={}", self.key, self.values.iter().map(told).collect::<Vec<_>>().join(","))
    }
}

fn test(key: &str, text: &str, at: &Range<usize>, reader: &mut Reader<'_>) -> Option<Test> {
    let test = Test::read(key, text, reader.checks());
    test.map_err(|wrong| reader.mistake(at.clone(), format!("{key}: {wrong}"))).ok()
}

impl Test {
    fn read(key: &str, text: &str, checks: &[CheckId]) -> Result<Self, String> {
        match key {
            "id" => id(text).map(Self::Id),
            "check" => check(text, checks).map(Self::Check),
            "account" => {
                text.parse().map(Self::Account).map_err(|error: howler_model::Error| error.to_string())
            }
            "ou" => unit(text).map(Self::Unit),
            "region" => region(text).map(Self::Region),
            "service" => Ok(Self::Service(WildMatch::new(text))),
            "resource" => Ok(Self::Resource(WildMatch::new(text))),
            "tag" => WantedTag::read(text).map(Self::Tag),
            "account_tag" => WantedTag::read(text).map(Self::AccountTag),
            _ => domain(text).map(Self::Domain),
        }
    }

    fn holds(&self, subject: Subject<'_>) -> bool {
        let finding = subject.finding;
        let (resource, scope) = (&finding.verdict.resource, &finding.verdict.resource.scope);
        match self {
            Self::Id(id) => finding.id.as_str() == id,
            Self::Check(check) => check.matches(finding.check),
            Self::Account(account) => scope.account() == Some(account),
            Self::Unit(unit) => {
                let accounts = subject.around.units.get(unit);
                scope.account().zip(accounts).is_some_and(|(account, accounts)| accounts.contains(account))
            }
            Self::Region(region) => scope.region().is_some_and(|at| region.matches(at.as_str())),
            Self::Service(service) => service.matches(scope.service.as_str()),
            Self::Resource(pattern) => pattern.matches(&resource.id),
            Self::Tag(tag) => tag.is_in(subject.tags()) || subject.users().any(|(_, tags)| tag.is_in(tags)),
            Self::AccountTag(tag) => tag.is_in(subject.around.account_tags),
            Self::Domain(domain) => subject.is_under(domain),
        }
    }

    /// Whether that which it asks for could not be seen.
    fn is_unseen(&self, subject: Subject<'_>) -> bool {
        let (scope, around) = (&subject.finding.verdict.resource.scope, subject.around);
        match self {
            Self::Tag(_) => scope.region().is_some_and(|region| around.blind.regions.contains(region)),
            Self::AccountTag(_) => around.blind.account,
            // A unit whose accounts are known stands there, if only with none.
            Self::Unit(unit) => scope.account().is_some() && !around.units.contains_key(unit),
            _ => false,
        }
    }

    fn is_wild(&self) -> bool {
        match self {
            Self::Check(it) | Self::Region(it) | Self::Service(it) | Self::Resource(it) => {
                it.pattern_chars().iter().any(|letter| matches!(letter, '*' | '?'))
            }
            _ => false,
        }
    }
}

impl WantedTag {
    /// `KEY=VALUE`, or `KEY` for any value.
    fn read(text: &str) -> Result<Self, String> {
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(value.to_owned())),
            None => (text, None),
        };
        match key {
            "" => Err(format!("'{text}' is no tag: KEY=VALUE or KEY is expected")),
            key => Ok(Self { key: key.to_owned(), value }),
        }
    }

    fn is_in(&self, tags: &[Tag]) -> bool {
        let is_wanted = |value: &String| self.value.as_ref().is_none_or(|wanted| wanted == value);
        tags.iter().any(|(key, value)| *key == self.key && is_wanted(value))
    }
}

/// The form of [`howler_model::FindingId`].
fn id(text: &str) -> Result<String, String> {
    let form = text.strip_prefix("hw").and_then(|rest| rest.split_once('-'));
    let valid = form.is_some_and(|(version, hash)| {
        version.bytes().all(|byte| byte.is_ascii_digit())
            && hash.len() == 26
            && hash.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
    });
    let wrong =
        || format!("'{text}' is not the id of a finding: hw1- and 26 letters and digits are expected");
    valid.then(|| text.to_owned()).ok_or_else(wrong)
}

fn check(text: &str, checks: &[CheckId]) -> Result<WildMatch, String> {
    let pattern = WildMatch::new(text);
    match checks.iter().any(|check| pattern.matches(check)) {
        true => Ok(pattern),
        false => Err(format!("there is no check {text}{}", near(text, checks.iter().copied()))),
    }
}

fn unit(text: &str) -> Result<String, String> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let word = |part: &str, least| (least..=32).contains(&part.len()) && part.bytes().all(letters);
    let valid = match text.split('-').collect::<Vec<_>>()[..] {
        ["r", root] => word(root, 4),
        ["ou", root, unit] => word(root, 4) && word(unit, 8),
        _ => false,
    };
    let wrong =
        || format!("'{text}' is not an organisational unit: something like ou-ab12-34cd56ef is expected");
    valid.then(|| text.to_owned()).ok_or_else(wrong)
}

fn region(text: &str) -> Result<WildMatch, String> {
    if !text.contains(['*', '?']) && text != Region::GLOBAL.as_str() {
        text.parse::<Region>().map_err(|error| error.to_string())?;
    }
    Ok(WildMatch::new(text))
}

fn domain(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        !label.is_empty() && !label.contains(|c: char| c.is_whitespace() || "*?/:@".contains(c))
    };
    let text = text.trim_end_matches('.');
    match text.split('.').all(label) {
        true => Ok(text.to_owned()),
        false => {
            Err(format!("'{text}' is no domain: example.com is expected, which all names under it belong to"))
        }
    }
}
