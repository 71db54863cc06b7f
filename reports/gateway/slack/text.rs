//! The text objects of Slack. Whatever others wrote goes into plain text, in which Slack looks for no formats, mentions
//! or links; only our own words are marked up.

use serde_json::{Value, json};

use crate::escape::visible;

/// The longest text of a section, in characters. None of the lengths here is ever exceeded in bytes of JSON either.
const SECTION: usize = 3000;
/// What stands where text was cut.
const ELLIPSIS: &str = "…";

/// Text of others as one line of at most so many bytes of JSON: `&`, `<` and `>` are written as Slack wants them, and an
/// address is none that a reader could follow by accident.
pub(super) fn escaped(text: &str, most: usize) -> String {
    let (mut out, mut used, mut room) = (String::new(), 0, 0);
    for c in visible(text).replace("://", ": //").chars() {
        let start = out.len();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
        used += out.len() - start + usize::from(matches!(c, '"' | '\\'));
        if used > most {
            out.truncate(room);
            return out + ELLIPSIS;
        }
        if used + ELLIPSIS.len() <= most {
            room = out.len();
        }
    }
    out
}

/// A heading of the whole message.
pub(super) fn header(text: &str) -> Value {
    json!({ "type": "header", "text": plain(text) })
}

/// Lines of text of others, in as few sections as they fit into.
pub(super) fn lines(lines: &[String]) -> Vec<Value> {
    let mut texts: Vec<String> = Vec::new();
    let mut used = 0;
    for line in lines {
        let length = in_json(line) + 2;
        match texts.last_mut().filter(|_| used + length <= SECTION) {
            Some(text) => {
                text.push('\n');
                text.push_str(line);
            }
            None => {
                texts.push(line.clone());
                used = 0;
            }
        }
        used += length;
    }
    texts.iter().map(|text| json!({ "type": "section", "text": plain(text) })).collect()
}

/// A line in words of ours, in bold.
pub(super) fn bold(words: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": format!("*{words}*"), "verbatim": true } })
}

/// A line in small letters.
pub(super) fn small(text: &str) -> Value {
    json!({ "type": "context", "elements": [plain(text)] })
}

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text, "emoji": false })
}

/// The bytes that a line takes in JSON, in which nothing hidden is left.
fn in_json(line: &str) -> usize {
    line.len() + line.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::HOSTILE;

    #[test]
    fn text_of_others_is_one_line_that_mentions_nobody_and_leads_nowhere() {
        assert_eq!(
            escaped("<!channel> <@U1> & <https://a.example|b>", 200),
            "&lt;!channel&gt; &lt;@U1&gt; &amp; &lt;https: //a.example|b&gt;"
        );
        assert_eq!(escaped("a\nb\u{202e}", 200), r"a\u{a}b\u{202e}");
        assert_eq!(escaped("*.shop.example.com _x_ ~y~ `z`", 200), "*.shop.example.com _x_ ~y~ `z`");
    }

    #[test]
    fn text_is_cut_at_its_length_in_json_and_never_within_an_escape() {
        for c in ["x", "é", "日", "&", "<", "\"", "\\", "\u{1b}"] {
            for most in 20..40 {
                let cut = escaped(&c.repeat(100), most);
                let length = serde_json::to_string(&cut).unwrap().len() - 2;
                assert!(length <= most, "{cut} is {length} of {most}");
                assert!(cut.ends_with(ELLIPSIS) && length + 14 > most, "{cut} is {length} of {most}");
                let bare = cut.replace("&amp;", "").replace("&lt;", "");
                assert!(!bare.contains('&'), "{cut}");
            }
            let (exact, more) = (escaped(&"x".repeat(30), 30), escaped(&"x".repeat(31), 30));
            assert_eq!((exact, more), ("x".repeat(30), "x".repeat(27) + ELLIPSIS));
        }
        for name in HOSTILE {
            assert!(!escaped(name, 100).chars().any(crate::escape::is_hidden));
        }
    }

    #[test]
    fn lines_fill_sections_up_to_their_length() {
        let texts = |each: usize, number: usize| {
            let sections = lines(&vec!["x".repeat(each); number]);
            sections.iter().map(|it| it["text"]["text"].as_str().unwrap().len()).collect::<Vec<_>>()
        };
        assert_eq!(texts(98, 30), [30 * 99 - 1]);
        assert_eq!(texts(98, 31), [30 * 99 - 1, 98]);
        assert_eq!(texts(1, 0), [0; 0]);
        assert_eq!(texts(SECTION - 2, 2), [SECTION - 2, SECTION - 2]);
    }
}
