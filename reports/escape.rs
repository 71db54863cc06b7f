//! One escaping layer for each output; certificate names, tags and answers of servers are written by others.

use std::fmt::Write;
use std::io;

use unicode_width::UnicodeWidthStr;

/// The longest label value of an alert, in bytes.
const LABEL: usize = 256;
/// The longest annotation of an alert, in bytes.
const ANNOTATION: usize = 4096;
/// What stands where text was cut.
const ELLIPSIS: &str = "…";

/// Whether a character moves the cursor, turns the direction of text, or cannot be seen.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control() // C0, DEL, C1
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' // zero-width, direction marks
            | '\u{2028}'..='\u{202e}' // line separators, embeddings and overrides of direction
            | '\u{2060}'..='\u{206f}' // joiners, isolates
            | '\u{3164}' | '\u{ffa0}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The same text with each hidden character as `\u{..}`: one line, harmless on a terminal.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push(&mut out, c));
    out
}

fn push(out: &mut String, c: char) {
    match is_hidden(c) {
        true => out.extend(c.escape_unicode()),
        false => out.push(c),
    }
}

/// [`visible`], cut to so many columns of a terminal.
pub(crate) fn terminal(text: &str, columns: usize) -> String {
    let (mut out, mut used, mut room) = (String::new(), 0, 0);
    for c in text.chars() {
        let start = out.len();
        push(&mut out, c);
        used += out.get(start..).map_or(0, UnicodeWidthStr::width);
        // Marks that combine take no column: without the second bound a name of them alone would never end.
        if used > columns || out.len() > columns.saturating_mul(8) {
            out.truncate(room);
            return out + ELLIPSIS;
        }
        if used < columns {
            room = out.len();
        }
    }
    out
}

/// The value of an alert label: one line of at most 256 bytes.
pub(crate) fn label(text: &str) -> String {
    cut_bytes(visible(text), LABEL)
}

/// An annotation of an alert: one line of at most 4 KiB, in which no receiver finds a template to run.
pub(crate) fn annotation(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        if c == '{' && out.ends_with('{') {
            out.push(' ');
        }
        out.push(c);
    }
    cut_bytes(out, ANNOTATION)
}

/// Text of at most so many bytes, with a mark where it was cut.
pub(crate) fn cut_bytes(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most.saturating_sub(ELLIPSIS.len())));
        text.push_str(ELLIPSIS);
    }
    text
}

/// A word of a shell command, quoted where needed; none if it holds what must not be pasted into a terminal.
pub(crate) fn shell(word: &str) -> Option<String> {
    if word.is_empty() || word.chars().any(is_hidden) {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@=+-".contains(c);
    match word.chars().all(plain) {
        true => Some(word.to_owned()),
        false => Some(format!("'{}'", word.replace('\'', r"'\''"))),
    }
}

/// JSON text with each hidden character as `\uXXXX`, which reads back as the same character.
///
/// Outside ASCII a JSON document has characters only inside strings, so no parser is needed.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match is_hidden(c) && c != '\n' {
            true => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }),
            false => out.push(c),
        }
    }
    out
}

/// [`json`] for what is written bit by bit; each bit is whole characters, as those of a JSON writer are.
pub(crate) struct Json<W>(pub(crate) W);

impl<W: io::Write> io::Write for Json<W> {
    fn write(&mut self, bit: &[u8]) -> io::Result<usize> {
        let text = str::from_utf8(bit).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.0.write_all(json(text).as_bytes())?;
        Ok(bit.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_one_harmless_line() {
        assert_eq!(terminal("a\x1b[2Jb\r\nc\u{9b}\u{7f}", 80), r"a\u{1b}[2Jb\u{d}\u{a}c\u{9b}\u{7f}");
        for hidden in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{2028}', '\u{feff}', '\u{e0041}', '\u{fe0f}'] {
            assert!(!terminal(&format!("x{hidden}y"), 80).contains(hidden), "{hidden:?}");
        }
        assert_eq!(terminal("Grüße नमस्ते 日本", 80), "Grüße नमस्ते 日本", "what can be seen stays");
    }

    #[test]
    fn text_is_cut_at_a_column_and_not_in_the_middle_of_a_character() {
        assert_eq!(terminal("abcdef", 6), "abcdef");
        assert_eq!(terminal("abcdefg", 6), "abcde…");
        assert_eq!(terminal("日本語の名前", 6), "日本…");
        assert_eq!(terminal(&"x".repeat(10_000), 120).width(), 120);
        assert_eq!(terminal("abc", 0).width(), 1, "nothing but the mark of the cut");
    }

    #[test]
    fn a_label_is_cut_at_256_bytes() {
        assert_eq!(label("a\nb"), r"a\u{a}b");
        assert_eq!(label(&"x".repeat(256)).len(), 256);
        let long = label(&"é".repeat(200));
        assert!(long.len() <= 256 && long.ends_with('…'), "{long}");
    }

    #[test]
    fn an_annotation_has_no_template_in_it() {
        assert_eq!(annotation("{{ .Labels }} {{{"), "{ { .Labels }} { { {");
        assert_eq!(annotation(&"y".repeat(10_000)).len(), 4096);
    }

    #[test]
    fn a_shell_word_is_one_word() {
        assert_eq!(
            shell("arn:aws:acm:eu-west-1:1:certificate/a").unwrap(),
            "arn:aws:acm:eu-west-1:1:certificate/a"
        );
        assert_eq!(shell("a b;$(rm)").unwrap(), "'a b;$(rm)'");
        assert_eq!(shell("it's").unwrap(), r"'it'\''s'");
        assert_eq!(shell("a\nb"), None);
        assert_eq!(shell("a\u{202e}b"), None);
        assert_eq!(shell(""), None);
    }

    #[test]
    fn escaped_json_reads_back_as_the_same_text() {
        let text = "a\u{9b}\u{202e}\u{e0041}\u{7f}\n\"é日";
        let written = json(&serde_json::to_string(text).unwrap());
        assert!(!written.chars().any(is_hidden), "{written}");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
