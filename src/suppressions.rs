//! The file of suppressions as it is edited: comments and order stay, and nothing is written that cannot be read.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::NaiveDate;
use howler_checks::CHECKS;
use howler_model::Suppression;
use howler_rules::{Files, Rules, Text};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use crate::write::folder_of;

/// The key of the blocks.
const BLOCKS: &str = "suppress";

/// A file of suppressions that was read, and has no mistakes.
pub struct SuppressionFile {
    path: PathBuf,
    document: DocumentMut,
    today: NaiveDate,
}

impl SuppressionFile {
    /// Reads a file; one that is not there is one with nothing in it.
    ///
    /// # Errors
    /// It cannot be read, or has mistakes: all of them, with their lines.
    pub fn read(path: PathBuf, today: NaiveDate) -> Result<Self> {
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            read => read.with_context(|| path.display().to_string())?,
        };
        parsed(&path, &text, today)?;
        let document = text.parse().with_context(|| path.display().to_string())?;
        Ok(Self { path, document, today })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All suppressions in it, in its order.
    pub fn all(&self) -> Result<Vec<Suppression>> {
        parsed(&self.path, &self.document.to_string(), self.today)
    }

    /// Puts a block at the end.
    ///
    /// # Errors
    /// The file would have a mistake then.
    pub fn add(&mut self, mut block: Table) -> Result<()> {
        let comments = self.document.trailing().as_str().unwrap_or_default().to_owned();
        let blocks = self.blocks()?;
        if blocks.is_empty() && !comments.trim().is_empty() {
            block.decor_mut().set_prefix(format!("{}\n\n", comments.trim_end()));
            blocks.push(block);
            self.document.set_trailing("");
        } else {
            blocks.push(block);
        }
        self.all().context("nothing is written").map(drop)
    }

    /// Takes out what has ended, and says what that was.
    ///
    /// # Errors
    /// The blocks are not written as blocks.
    pub fn prune(&mut self) -> Result<Vec<Suppression>> {
        let (all, today) = (self.all()?, self.today);
        let has_ended = |suppression: &Suppression| suppression.until < today;
        let blocks = self.blocks()?;
        let mut left_over = String::new();
        let mut kept = ArrayOfTables::new();
        for (mut block, suppression) in std::mem::take(blocks).into_iter().zip(&all) {
            if has_ended(suppression) {
                left_over += of_others(&block);
            } else {
                let own = prefix(&block).to_owned();
                block.decor_mut().set_prefix(std::mem::take(&mut left_over) + &own);
                kept.push(block);
            }
        }
        *blocks = kept;
        let trailing = left_over + self.document.trailing().as_str().unwrap_or_default();
        self.document.set_trailing(trailing);
        Ok(all.into_iter().filter(has_ended).collect())
    }

    /// Writes the file, whole or not at all, for the same people to read as before.
    pub fn write(&self) -> Result<()> {
        put(&self.path, &self.document.to_string()).with_context(|| self.path.display().to_string())
    }

    fn blocks(&mut self) -> Result<&mut ArrayOfTables> {
        let item = self.document.entry(BLOCKS).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        item.as_array_of_tables_mut()
            .context("write each suppression as a block that begins with [[suppress]]")
    }
}

/// What comes before the header of a block: empty lines and comments.
fn prefix(block: &Table) -> &str {
    block.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default()
}

/// The comments above a block that an empty line parts from it: they are about more than the block.
fn of_others(block: &Table) -> &str {
    let prefix = prefix(block);
    let end = prefix.rfind("\n\n").map_or(0, |end| end + 1);
    prefix.get(..end).filter(|comments| !comments.trim().is_empty()).unwrap_or_default()
}

fn parsed(path: &Path, text: &str, today: NaiveDate) -> Result<Vec<Suppression>> {
    let checks: Vec<_> = CHECKS.iter().map(|check| check.id).collect();
    let text = Text { name: path.display().to_string(), text: text.to_owned() };
    let files = Files {
        owners: None,
        suppressions: Some(text),
        severities: None,
        thresholds: None,
        checks: &checks,
        today,
    };
    Ok(Rules::read(&files)?.suppressions())
}

fn put(path: &Path, text: &str) -> std::io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let there = fs::metadata(&target).map(|there| there.permissions()).ok();
    let open = there.clone().unwrap_or_else(|| fs::Permissions::from_mode(0o666));
    let mut file = tempfile::Builder::new().permissions(open).tempfile_in(folder_of(&target))?;
    file.write_all(text.as_bytes())?;
    // The umask is for new files.
    there.map_or(Ok(()), |there| file.as_file().set_permissions(there))?;
    file.as_file().sync_all()?;
    file.persist(&target)?;
    fs::File::open(folder_of(&target))?.sync_all()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use toml_edit::value;

    use super::*;

    const TEXT: &str = "\
# Who may write here: platform.

# ended
[[suppress]]
service = \"acm\" # all of it
reason = \"r\"
owner = \"o\"
until = 2026-01-01

# About this one.
[[suppress]]
service = \"iam\"
reason = \"r\"
owner = \"o\"
until = 2026-11-23
# the end
";

    fn today() -> NaiveDate {
        "2026-11-23".parse().unwrap()
    }

    fn file(text: &str) -> (tempfile::TempDir, SuppressionFile) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("suppressions.toml");
        fs::write(&path, text).unwrap();
        let file = SuppressionFile::read(path, today()).unwrap();
        (folder, file)
    }

    fn block(service: &str) -> Table {
        let mut block = Table::new();
        for (key, text) in [("service", service), ("reason", "r"), ("owner", "o")] {
            block.insert(key, value(text));
        }
        block.insert("until", "2026-12-01".parse::<Item>().unwrap());
        block
    }

    #[test]
    fn what_has_ended_is_taken_out_with_its_own_comment_and_nothing_else() {
        let (_folder, mut file) = file(TEXT);
        let pruned = file.prune().unwrap();
        assert_eq!(pruned.iter().map(|it| it.selector.as_str()).collect::<Vec<_>>(), ["service=acm"]);
        let text = file.document.to_string();
        assert!(
            text.starts_with("# Who may write here: platform.\n\n# About this one.\n[[suppress]]\n"),
            "{text}"
        );
        assert!(text.ends_with("until = 2026-11-23\n# the end\n") && !text.contains("ended"), "{text}");
        assert_eq!(file.prune().unwrap(), []);
        assert_eq!(file.document.to_string(), text);
    }

    #[test]
    fn a_comment_about_all_stays_when_the_last_block_goes() {
        let (_folder, mut file) = file(TEXT.split("\n# About").next().unwrap());
        assert_eq!(file.prune().unwrap().len(), 1);
        assert_eq!(file.document.to_string(), "# Who may write here: platform.\n");
    }

    #[test]
    fn a_block_is_put_at_the_end_and_the_rest_stays_as_it_is() {
        let (_folder, mut file) = file(TEXT);
        file.add(block("ec2")).unwrap();
        file.write().unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        assert!(text.starts_with(TEXT.trim_end_matches("# the end\n")), "{text}");
        assert!(text.contains("\n[[suppress]]\nservice = \"ec2\"\n"), "{text}");
        assert_eq!(file.all().unwrap().len(), 3);
    }

    #[test]
    fn the_first_block_comes_below_the_comments() {
        let (_folder, mut file) = file("# Who may write here: platform.\n");
        file.add(block("ec2")).unwrap();
        let text = file.document.to_string();
        assert!(text.starts_with("# Who may write here: platform.\n\n[[suppress]]\n"), "{text}");
    }

    #[test]
    fn what_could_not_be_read_again_is_not_added() {
        let (_folder, mut file) = file(TEXT);
        let error = format!("{:#}", file.add(block("iam")).unwrap_err());
        assert!(error.starts_with("nothing is written: ") && error.contains("the same as line"), "{error}");
    }

    #[test]
    fn a_file_stays_open_to_those_it_was_open_to() {
        let (_folder, file) = file(TEXT);
        for mode in [0o600, 0o664] {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            file.write().unwrap();
            assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, mode);
        }
    }
}
