//! Answers of the query protocols: XML, every text escaped.

use std::fmt::Write;

use crate::value::{Place, Value};

/// Appends `<name>value</name>`; `item` is what the protocol calls an element of a list.
pub(crate) fn write(out: &mut String, name: &str, value: &Value, item: &str, place: Place<'_>) {
    open(out, name);
    match value {
        Value::Shared(value) => write_inner(out, value, item, place),
        value => write_inner(out, value, item, place),
    }
    close(out, name);
}

fn write_inner(out: &mut String, value: &Value, item: &str, place: Place<'_>) {
    match value {
        Value::Shared(value) => write_inner(out, value, item, place),
        Value::List(values) => values.iter().for_each(|value| write(out, item, value, item, place)),
        Value::Record(fields) => fields.iter().for_each(|(name, value)| write(out, name, value, item, place)),
        Value::Integer(number) => _ = write!(out, "{number}"), // writing to a String cannot fail
        scalar => escape(out, &scalar.text(place).unwrap_or_default()),
    }
}

/// Appends the fields of a record without an element around them.
pub(crate) fn write_fields(out: &mut String, record: &Value, item: &str, place: Place<'_>) {
    write_inner(out, record, item, place);
}

/// Appends `<name>text</name>`.
pub(crate) fn element(out: &mut String, name: &str, text: &str) {
    open(out, name);
    escape(out, text);
    close(out, name);
}

fn open(out: &mut String, name: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn escape(out: &mut String, text: &str) {
    if !text.contains(['&', '<', '>', '"', '\'', '\r']) {
        return out.push_str(text);
    }
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_nested_and_texts_escaped() {
        let value = Value::record().with("nameSet", vec!["a<b", "c&d"]).with("size", 8);
        let mut out = String::new();
        write(&mut out, "volume", &value, "item", Place { account: "1", region: "r" });
        let expected =
            "<volume><nameSet><item>a&lt;b</item><item>c&amp;d</item></nameSet><size>8</size></volume>";
        assert_eq!(out, expected);
    }
}
