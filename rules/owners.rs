//! `owners.toml`: who owns a finding. A rule comes before tags, and tags before the default.

use std::collections::BTreeMap;

use howler_model::{Measure, Owner, Place};

use crate::reader::{Block, Reader};
use crate::selector::Selector;
use crate::subject::{Subject, Tag};

/// The tag keys that name an owner unless the file says others.
const TAGS: [&str; 4] = ["owner", "Owner", "team", "Team"];

/// The longest name of an owner, in bytes. A tag value may have 256 characters, and becomes a label.
const LONGEST: usize = 128;

/// Who owns what.
#[derive(Debug, Clone)]
pub(crate) struct Owners {
    file: String,
    default: String,
    /// Tag keys, the first one that a resource has counts.
    tags: Vec<String>,
    /// Owners by what tags call them.
    aliases: BTreeMap<String, String>,
    /// In the order of the file; the last one that matches counts.
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    selector: Selector,
    owner: String,
    via: String,
}

/// Something that says who owns a finding; the first one of a chain that names somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What says so: `owners.toml:12`, `tag team of arn:...`, `default of owners.toml`. Untrusted text.
    pub via: String,
    /// The owner, or why this names none. Untrusted text.
    pub owner: Result<String, String>,
    /// Whether it holds whatever tags, and accounts of which unit, could not be read.
    pub firm: bool,
}

impl Owners {
    pub(crate) fn read<'a>(mut root: Block<'a>, name: &str, reader: &mut Reader<'a>) -> Option<Self> {
        let default = owner("default", &mut root, reader);
        let tags = match root.take("tags") {
            None => TAGS.map(str::to_owned).to_vec(),
            Some(value) => reader.texts("tags", &value).into_iter().map(|(tag, _)| tag).collect(),
        };
        let aliases = aliases(&mut root, reader);
        let blocks = root.blocks("owner", reader);
        let rules = blocks.into_iter().filter_map(|block| Rule::read(block, reader)).collect();
        root.finish(reader);
        Some(Self { file: name.to_owned(), default: default?, tags, aliases, rules })
    }

    /// The selectors of all rules.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.rules.iter().map(|rule| &rule.selector)
    }

    /// Whether tags may name owners.
    pub(crate) fn asks_tags(&self) -> bool {
        !self.tags.is_empty()
    }

    /// All that says who owns a finding, the strongest first; the default always does.
    pub(crate) fn claims<'a>(&'a self, subject: Subject<'a>) -> impl Iterator<Item = Claim> + use<'a> {
        // Whether none that comes before might match, were all known that was not to be seen.
        let mut firm = true;
        let rules = self.rules.iter().rev().filter_map(move |rule| match rule.selector.matches(subject) {
            true => Some(Claim { via: rule.via.clone(), owner: Ok(rule.owner.clone()), firm }),
            false => {
                firm &= !rule.selector.may_match(subject);
                None
            }
        });
        let might_match = |rule: &Rule| !rule.selector.matches(subject) && rule.selector.may_match(subject);
        let firm = !self.rules.iter().any(might_match);
        let own = self.named_by(subject.tags(), |key| format!("tag {key}"));
        let own = own.map(move |claim| Claim { firm, ..claim });
        let of_user = move |(arn, tags)| self.named_by(tags, move |key| format!("tag {key} of {arn}"));
        let of_users = subject.users().flat_map(of_user);
        let account = self.named_by(subject.around.account_tags, |key| format!("account tag {key}"));
        let default =
            Claim { via: format!("default of {}", self.file), owner: Ok(self.default.clone()), firm: false };
        let firm = firm && !subject.around.blind.is_at(&subject.finding.verdict.resource.scope);
        let weaker = of_users.chain(account).chain([default]);
        rules.chain(own).chain(weaker.map(move |claim| Claim { firm, ..claim }))
    }

    /// What tags say, in the order of the keys.
    fn named_by<'a>(
        &'a self,
        tags: &'a [Tag],
        via: impl Fn(&str) -> String + 'a,
    ) -> impl Iterator<Item = Claim> + 'a {
        let tag = |wanted: &'a String| tags.iter().find(|(key, _)| key == wanted);
        self.tags.iter().filter_map(tag).map(move |(key, value)| Claim {
            via: via(key),
            owner: self.named(value),
            firm: false,
        })
    }

    /// The owner that a tag value means. It may come from anybody who may tag a resource.
    fn named(&self, value: &str) -> Result<String, String> {
        let alias = self.aliases.get(value.trim()).cloned();
        alias.map_or_else(|| name(value).map(str::to_owned), Ok)
    }
}

impl Rule {
    fn read<'a>(mut block: Block<'a>, reader: &mut Reader<'a>) -> Option<Self> {
        let via = reader.place(&block.at);
        let selector = Selector::read(&mut block, reader);
        let owner = owner("owner", &mut block, reader);
        block.finish(reader);
        Some(Self { selector: selector?, owner: owner?, via })
    }
}

fn aliases<'a>(root: &mut Block<'a>, reader: &mut Reader<'a>) -> BTreeMap<String, String> {
    let mut aliases = BTreeMap::new();
    for (value, owner) in root.entries("alias", reader) {
        if let Some(owner) = valid("alias", &owner, reader) {
            aliases.insert(value.trim().to_owned(), owner);
        }
    }
    aliases
}

/// The owner that a key names, which must be there.
pub(crate) fn owner<'a>(key: &'static str, block: &mut Block<'a>, reader: &mut Reader<'a>) -> Option<String> {
    let value = block.require(key, reader)?;
    valid(key, &value, reader)
}

fn valid<'a>(key: &str, value: &crate::reader::Value<'a>, reader: &mut Reader<'a>) -> Option<String> {
    let text = reader.text(key, value)?;
    let valid = name(&text).map(str::to_owned);
    valid.map_err(|wrong| reader.mistake(value.span(), format!("{key}: {wrong}"))).ok()
}

/// A name that can stand anywhere: in a label, a route, a file name.
fn name(text: &str) -> Result<&str, String> {
    let text = text.trim();
    let fits = |letter: char| letter.is_alphanumeric() || " ._-@/+:".contains(letter);
    match text {
        "" => Err("a name with nothing in it".to_owned()),
        _ if text.len() > LONGEST => Err(format!("a name of more than {LONGEST} bytes")),
        _ if !text.chars().all(fits) => {
            Err("a name may have letters, digits, spaces and . _ - @ / + :".to_owned())
        }
        text => Ok(text),
    }
}

/// Who must hear that a suppression ends: who asked for it.
pub(crate) fn of_suppression(subject: Subject<'_>) -> Option<Claim> {
    match (&subject.finding.verdict.measure, &subject.finding.verdict.resource.scope.place) {
        (Measure::Suppression { owner, .. }, Place::Outside(file)) => {
            Some(Claim { via: file.clone(), owner: Ok(owner.clone()), firm: true })
        }
        _ => None,
    }
}

/// The owner that holds: the first that is named.
pub(crate) fn first(mut claims: impl Iterator<Item = Claim>) -> Option<Owner> {
    claims.find_map(|Claim { via, owner, firm }| Some(Owner { name: owner.ok()?, via, unsure: !firm }))
}
