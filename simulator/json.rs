//! Answers of the JSON services; instants are seconds since 1970.

use serde_json::Value as Json;

use crate::value::{Place, Value};

/// The value as a JSON document.
pub(crate) fn write(value: &Value, place: Place<'_>) -> String {
    let mut out = String::with_capacity(1024);
    append(&mut out, value, place);
    out
}

fn append(out: &mut String, value: &Value, place: Place<'_>) {
    match value {
        Value::Shared(value) => append(out, value, place),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Real(number) => out.push_str(&Json::from(*number).to_string()),
        Value::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Time(time) => out.push_str(&Json::from(seconds(time)).to_string()),
        Value::List(values) => append_list(out, values, place),
        Value::Record(fields) => append_record(out, fields, place),
        text => append_text(out, &text.text(place).unwrap_or_default()),
    }
}

#[allow(clippy::cast_precision_loss)] // exact for every date within 100,000 years
fn seconds(time: &chrono::DateTime<chrono::Utc>) -> f64 {
    time.timestamp_millis() as f64 / 1000.0
}

fn append_text(out: &mut String, text: &str) {
    out.push_str(&Json::from(text).to_string());
}

fn append_list(out: &mut String, values: &[Value], place: Place<'_>) {
    out.push('[');
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        append(out, value, place);
    }
    out.push(']');
}

fn append_record(out: &mut String, fields: &[(&'static str, Value)], place: Place<'_>) {
    out.push('{');
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        append_text(out, name);
        out.push(':');
        append(out, value, place);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_instants_are_seconds() {
        let time = chrono::DateTime::from_timestamp(1_700_000_000, 500_000_000).unwrap_or_default();
        let value =
            Value::record().with("Name", "a\"b").with("At", time).with("Ok", true).with("N", vec![1, 2]);
        let expected = r#"{"Name":"a\"b","At":1700000000.5,"Ok":true,"N":[1,2]}"#;
        assert_eq!(write(&value, Place { account: "1", region: "r" }), expected);
    }
}
