//! `thresholds.toml`: certificates whose end is to be known earlier or later than that of others.

use chrono::TimeDelta;
use howler_model::{Exception, Lines, Role};
use wildmatch::WildMatch;

use crate::reader::{Block, Reader, Value, near};

/// What a block may say which certificates it is about by.
const CONDITIONS: &str = "role, domain, account, region, tag";

/// The limits by name: whether in days or in percent of the lifetime, each from the earliest to the latest.
const DAYS: [&str; 3] = ["notice_days", "warn_days", "critical_days"];
const PERCENT: [&str; 3] = ["notice_percent", "warn_percent", "critical_percent"];

/// All blocks, in the order of the file.
pub(crate) fn read<'a>(mut root: Block<'a>, reader: &mut Reader<'a>) -> Vec<Exception> {
    let blocks = root.blocks("threshold", reader);
    let exceptions = blocks.into_iter().filter_map(|block| exception(block, reader)).collect();
    root.finish(reader);
    exceptions
}

fn exception<'a>(mut block: Block<'a>, reader: &mut Reader<'a>) -> Option<Exception> {
    let (mistakes, at) = (reader.mistakes(), block.at.clone());
    let about = conditions(&mut block, reader);
    let left = lines(DAYS, &mut block, reader, Reader::days);
    let percent = lines(PERCENT, &mut block, reader, percent);
    let earlier = block.take("earlier").and_then(|value| flag(&value, reader));
    if about == Exception::default() && reader.mistakes() == mistakes {
        reader.mistake(at.clone(), format!("nothing says which certificates this is about: {CONDITIONS}"));
    }
    if left == Lines::default() && percent == Lines::default() && reader.mistakes() == mistakes {
        reader.mistake(at.clone(), "no limit: warn_days, critical_days or others are missing");
    }
    if is_said_twice(&left, &percent) && earlier != Some(true) {
        reader.mistake(at, "days and percent of one limit: `earlier = true` says that the earlier one holds");
    }
    block.finish(reader);
    (reader.mistakes() == mistakes).then_some(Exception { left, percent, ..about })
}

fn conditions<'a>(block: &mut Block<'a>, reader: &mut Reader<'a>) -> Exception {
    Exception {
        roles: any("role", block, reader, role),
        domains: any("domain", block, reader, |text| Ok(WildMatch::new(&text.to_ascii_lowercase()))),
        accounts: any("account", block, reader, |text| text.parse().map_err(in_words)),
        regions: any("region", block, reader, |text| text.parse().map_err(in_words)),
        tags: any("tag", block, reader, tag),
        ..Exception::default()
    }
}

/// The values of a condition, of which any may hold.
fn any<'a, T>(
    key: &'static str,
    block: &mut Block<'a>,
    reader: &mut Reader<'a>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Vec<T> {
    let Some(value) = block.take(key) else { return Vec::new() };
    if value.get_ref().as_array().is_some_and(|items| items.is_empty()) {
        reader.mistake(value.span(), format!("{key}: a list with nothing in it is about nothing"));
    }
    let texts = reader.texts(key, &value);
    let parsed = texts.into_iter().filter_map(|(text, at)| {
        parse(&text).map_err(|wrong| reader.mistake(at, format!("{key}: {wrong}"))).ok()
    });
    parsed.collect()
}

fn in_words(error: howler_model::Error) -> String {
    error.to_string()
}

fn role(text: &str) -> Result<Role, String> {
    let names = || Role::ALL.iter().map(|role| role.as_str());
    let role = Role::ALL.into_iter().find(|role| role.as_str() == text);
    role.ok_or_else(|| {
        let all = names().collect::<Vec<_>>().join(", ");
        format!("'{text}' is none of {all}{}", near(text, names()))
    })
}

/// `KEY=VALUE`, or `KEY` for any value.
fn tag(text: &str) -> Result<(String, Option<String>), String> {
    let (key, value) = match text.split_once('=') {
        Some((key, value)) => (key, Some(value.to_owned())),
        None => (text, None),
    };
    match key {
        "" => Err(format!("'{text}' is no tag: KEY=VALUE or KEY is expected")),
        key => Ok((key.to_owned(), value)),
    }
}

/// Notice, warn and critical, which have to come in this order.
fn lines<'a, T: PartialOrd + Copy>(
    keys: [&'static str; 3],
    block: &mut Block<'a>,
    reader: &mut Reader<'a>,
    number: impl Fn(&mut Reader<'a>, &str, &Value<'a>) -> Option<T>,
) -> Lines<T> {
    let at = block.at.clone();
    let [notice, warn, critical] = keys.map(|key| {
        let value = block.take(key)?;
        number(reader, key, &value).map(|number| (key, number))
    });
    let said: Vec<_> = [notice, warn, critical].into_iter().flatten().collect();
    for pair in said.windows(2) {
        if let [(earlier, more), (later, less)] = pair
            && more < less
        {
            reader.mistake(at.clone(), format!("{earlier} is less than {later}: it would come after it"));
        }
    }
    let number = |line: Option<(&str, T)>| line.map(|(_, number)| number);
    Lines { notice: number(notice), warn: number(warn), critical: number(critical) }
}

fn percent<'a>(reader: &mut Reader<'a>, key: &str, value: &Value<'a>) -> Option<f64> {
    let text = match (value.get_ref().as_float(), value.get_ref().as_integer()) {
        (Some(float), _) => Some(float.as_str()),
        (None, integer) => integer.map(|integer| integer.as_str()),
    };
    let percent = text.and_then(|text| text.parse().ok()).filter(|percent| (0.0..=100.0).contains(percent));
    if percent.is_none() {
        reader.mistake(value.span(), format!("{key}: percent of the lifetime from 0 to 100 are expected"));
    }
    percent
}

fn flag<'a>(value: &Value<'a>, reader: &mut Reader<'a>) -> Option<bool> {
    let flag = value.get_ref().as_bool();
    if flag.is_none() {
        reader.mistake(value.span(), "earlier: true or false is expected");
    }
    flag
}

/// Whether a limit is said both ways: percent alone confuses people, and so do two limits.
fn is_said_twice(left: &Lines<TimeDelta>, percent: &Lines<f64>) -> bool {
    (left.notice.is_some() && percent.notice.is_some())
        || (left.warn.is_some() && percent.warn.is_some())
        || (left.critical.is_some() && percent.critical.is_some())
}
