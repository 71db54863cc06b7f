//! Writing what is told: on standard output, or into a file that appears whole or not at all.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use howler_reports::{Report, Scan, Style};

use crate::args::Output;
use crate::exit::{Exit, Failure};

/// Writes one report; a part is written elsewhere.
pub fn write(output: &Output, scan: &Scan, style: &Style) -> Result<()> {
    match output {
        Output::Report { report, path: None } => to_stdout(*report, scan, style).context("standard output"),
        Output::Report { report, path: Some(path) } => {
            let render = |out: &mut dyn Write| report.render(scan, &Style::default(), out);
            put(path, render).with_context(|| path.display().to_string())
        }
        Output::Part(_) => Ok(()),
    }
}

/// The answer of a command that is no scan, on standard output.
pub fn answer(text: &str) -> Result<Exit, Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::undelivered(error)),
        _ => Ok(Exit::Fine),
    }
}

/// A line for people, beside the result. Where nobody can read it, the result is no worse for that.
pub fn say(line: &str) {
    drop(writeln!(io::stderr(), "howler: {line}"));
}

/// How many there are of what, as people write it.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A reader that has seen enough (`| head`) is no error.
fn to_stdout(report: &dyn Report, scan: &Scan, style: &Style) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match report.render(scan, style, &mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// What is written appears under its name whole or not at all, also when the disk is full or the machine dies. What is
/// no file (a device, a pipe) is written into, and a link stays one.
pub fn put(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|there| !there.is_file()) {
        return buffered(fs::OpenOptions::new().write(true).open(target)?, write);
    }
    // As open as the umask lets any new file be: the report is for others to read.
    let open = fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(open).tempfile_in(folder_of(&target))?;
    buffered(&mut file, write)?;
    file.as_file().sync_all()?;
    file.persist(&target)?;
    fs::File::open(folder_of(&target))?.sync_all()
}

fn buffered(out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 20, out);
    write(&mut out)?;
    out.flush()
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a report can be put there, found out before a scan that may take a night.
pub fn is_writable(output: &Output) -> Result<()> {
    match output {
        Output::Part(path) => bail!(
            "-o {}: FORMAT=PATH is expected, as in json=report.json; a PATH alone is for --shard",
            path.display()
        ),
        Output::Report { path: Some(path), .. } if !path.exists() => {
            tempfile::tempfile_in(folder_of(path)).map(drop).with_context(|| path.display().to_string())
        }
        Output::Report { .. } => Ok(()),
    }
}
