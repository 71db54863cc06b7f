//! Every field of the JSON document, from its schema.

use std::fmt::Write;

use serde_json::Value;

use crate::howler::said;
use crate::pages::{GENERATED, Page};

/// What `howler schema` prints.
pub(crate) fn schema() -> Value {
    serde_json::from_str(&said(&["schema"], 0)).unwrap()
}

/// The page.
pub(crate) fn page() -> Page {
    let schema = schema();
    let mut text = format!("{GENERATED}# Report fields\n\nFrom the [schema](report.schema.json); what ");
    text.push_str("they mean together: [the report](report.md). Every field is always there.\n");
    section(&mut text, "##", "The document", &schema);
    for (name, of) in schema["$defs"].as_object().unwrap() {
        section(&mut text, "##", name, of);
        let variants = of["oneOf"].as_array().into_iter().flatten();
        for variant in variants.filter(|variant| variant["properties"].is_object()) {
            let kind = variant["properties"]["kind"]["const"].as_str().unwrap();
            section(&mut text, "###", kind, variant);
        }
    }
    Page { path: "docs/report-fields.md".into(), text }
}

fn section(text: &mut String, level: &str, name: &str, of: &Value) {
    let description = of["description"].as_str().unwrap_or_default();
    write!(text, "\n{level} {name}\n\n{description}\n").unwrap();
    if let Some(words) = of["enum"].as_array() {
        let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_str().unwrap())).collect();
        write!(text, "\nOne of {}.\n", words.join(", ")).unwrap();
    }
    let words = of["oneOf"].as_array().into_iter().flatten().filter(|word| word["const"].is_string());
    for (number, word) in words.enumerate() {
        let title = if number == 0 { "\n| word | |\n|---|---|\n" } else { "" };
        let [name, meaning] = ["const", "description"].map(|key| word[key].as_str().unwrap_or_default());
        writeln!(text, "{title}| `{name}` | {meaning} |").unwrap();
    }
    // In the order of the document, which only `required` keeps.
    let names: Vec<&str> =
        of["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !names.is_empty() {
        text.push_str("\n| field | type | |\n|---|---|---|\n");
    }
    for name in names {
        let field = &of["properties"][name];
        let description = field["description"].as_str().unwrap_or_default();
        writeln!(text, "| `{name}` | {} | {description} |", kind(field)).unwrap();
    }
}

/// The type of a field in a few words.
fn kind(of: &Value) -> String {
    let list = |key: &str| of[key].as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(name) = of["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(word) = of["const"].as_str() {
        return format!("`{word}`");
    }
    if !list("anyOf").is_empty() {
        return list("anyOf").iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let one = [of["type"].clone()];
    let types = of["type"].as_array().map_or(&one[..], Vec::as_slice);
    types.iter().map(|it| plain(it.as_str().unwrap(), of)).collect::<Vec<_>>().join(" or ")
}

fn plain(name: &str, of: &Value) -> String {
    match name {
        "string" if of["format"] == "date-time" => "instant".to_owned(),
        "string" if of["format"] == "date" => "day".to_owned(),
        "array" => format!("list of {}", kind(&of["items"])),
        "object" => {
            let names = of["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
            format!("a number for each of {}", names.collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_owned(),
    }
}
