//! Columns and folded paragraphs that fit a width.

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use unicode_width::UnicodeWidthStr;

/// Lines of columns below their titles. Cells are escaped already; a line break in one is meant.
pub(super) fn grid(titles: &[&str], rows: Vec<Vec<String>>, width: Option<u16>) -> Vec<String> {
    let rule = LineStyle::none().fill('─').junction('─');
    let style = match width {
        Some(_) => TableStyle::new().header_separator(rule),
        None => TableStyle::new(),
    };
    let mut table = Table::new();
    table.load_style(style).set_header(titles.iter().copied()).add_rows(rows);
    table.set_content_arrangement(match width {
        Some(_) => ContentArrangement::Dynamic,
        None => ContentArrangement::Disabled,
    });
    if let Some(width) = width {
        table.set_width(width);
    }
    let last = titles.len().saturating_sub(1);
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if number == last { 0 } else { 1 }));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// A paragraph in lines of at most `width` columns; lines after the first begin with `indent`.
pub(super) fn fold(text: &str, width: Option<u16>, indent: &str) -> Vec<String> {
    join(text.split(' '), String::new(), width, indent, "")
}

/// A shell command over lines that can be pasted, or none if it cannot be broken so.
pub(super) fn fold_command(command: &str, width: Option<u16>, indent: &str) -> Option<Vec<String>> {
    let fits = |line: &String| width.is_none_or(|width| line.width() <= usize::from(width));
    let whole = format!("{indent}{command}");
    if fits(&whole) {
        return Some(vec![whole]);
    }
    // A quoted word may hold spaces, at which no line may end.
    let plain = !command.contains('\'');
    let most = width.map(|width| width.saturating_sub(2));
    let options = command.split(" --").enumerate();
    let options: Vec<_> =
        options.map(|(n, text)| if n == 0 { text.to_owned() } else { format!("--{text}") }).collect();
    let lines =
        join(options.iter().map(String::as_str), indent.to_owned(), most, &format!("{indent}  "), " \\");
    let lines: Vec<String> = lines.into_iter().flat_map(|line| broken(line, width)).collect();
    (plain && lines.iter().all(fits)).then_some(lines)
}

/// A line that is too long in two: after a slash, as a shell joins a word over the end of a line.
fn broken(line: String, width: Option<u16>) -> Vec<String> {
    let most = width.map_or(usize::MAX, usize::from);
    let fits = |end: &usize| line.get(..*end).is_some_and(|start| start.width() < most);
    let ends = line.match_indices('/').map(|(at, slash)| at + slash.len());
    match ends.rev().find(fits) {
        Some(end) if line.width() > most => {
            let (start, rest) = line.split_at(end);
            vec![format!("{start}\\"), rest.to_owned()]
        }
        _ => vec![line],
    }
}

/// Words in lines; the first begins with `start`, the others with `indent`, all but the last end with `end`.
fn join<'a>(
    words: impl Iterator<Item = &'a str>,
    start: String,
    width: Option<u16>,
    indent: &str,
    end: &str,
) -> Vec<String> {
    let most = width.map_or(usize::MAX, usize::from);
    let (mut lines, mut line, mut is_empty) = (Vec::new(), start, true);
    for word in words {
        if !is_empty && line.width() + 1 + word.width() > most {
            lines.push(std::mem::replace(&mut line, indent.to_owned()) + end);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_folded_at_words() {
        assert_eq!(fold("one two three", Some(8), "  "), ["one two", "  three"]);
        assert_eq!(fold("one two three", None, "  "), ["one two three"]);
    }

    #[test]
    fn a_folded_command_is_the_same_command() {
        let command = "aws acm describe-certificate --region eu-west-1 --certificate-arn \
                       arn:aws:acm:eu-west-1:111111111111:certificate/1f0c9a52-93b1-4c51-8a4e-0242ac120001 --last x";
        for width in 72..130 {
            let lines = fold_command(command, Some(width), "    ").unwrap();
            assert!(lines.iter().all(|line| line.width() <= usize::from(width)), "{lines:#?}");
            let joined = lines.join("\n").replace("\\\n", "");
            assert_eq!(joined.split_whitespace().collect::<Vec<_>>().join(" "), command);
        }
    }

    #[test]
    fn a_command_that_cannot_be_folded_is_not_shown() {
        assert_eq!(fold_command("aws a-word-that-is-longer-than-the-line", Some(20), ""), None);
        assert_eq!(fold_command("aws 'a b' c d e f g h i j k l m", Some(20), ""), None);
    }
}
