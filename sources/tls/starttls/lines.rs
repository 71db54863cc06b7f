//! Protocols that speak in lines: SMTP, IMAP, POP3, FTP.

use super::super::failure::Failure;
use super::super::wire::Wire;

/// The longest line, and the most lines of one answer.
const LINE: usize = 4096;
const LINES: usize = 128;

/// RFC 3207. A server that does not offer it would take our hello for a command.
pub(super) async fn smtp(wire: &mut Wire) -> Result<(), Failure> {
    reply(wire, b"220").await?;
    wire.send(b"EHLO localhost\r\n").await?;
    let offers = reply(wire, b"250").await?;
    let offered = |line: &Vec<u8>| line.get(4..).is_some_and(|offer| offer.eq_ignore_ascii_case(b"STARTTLS"));
    if !offers.iter().any(offered) {
        return Err(Failure::no_starttls(&offers.join(&b' ')));
    }
    wire.send(b"STARTTLS\r\n").await?;
    reply(wire, b"220").await.map(drop)
}

/// RFC 4217.
pub(super) async fn ftp(wire: &mut Wire) -> Result<(), Failure> {
    reply(wire, b"220").await?;
    wire.send(b"AUTH TLS\r\n").await?;
    reply(wire, b"234").await.map(drop)
}

/// RFC 9051 section 6.2.1.
pub(super) async fn imap(wire: &mut Wire) -> Result<(), Failure> {
    let greeting = line(wire).await?;
    match greeting.strip_prefix(b"* ") {
        Some(greeting) if greeting.starts_with(b"OK") => {}
        Some(greeting) => return Err(Failure::no_starttls(greeting)),
        None => return Err(Failure::unexpected("a greeting of IMAP", &greeting)),
    }
    wire.send(b"a STARTTLS\r\n").await?;
    for _ in 0..LINES {
        let said = line(wire).await?;
        match said.strip_prefix(b"a ") {
            Some(answer) if answer.starts_with(b"OK") => return Ok(()),
            Some(answer) => return Err(Failure::no_starttls(answer)),
            None if said.starts_with(b"* ") => {}
            None => return Err(Failure::unexpected("an answer of IMAP", &said)),
        }
    }
    Err(Failure::unexpected("an end of the answer", b""))
}

/// RFC 2595 section 4.
pub(super) async fn pop3(wire: &mut Wire) -> Result<(), Failure> {
    positive(&line(wire).await?)?;
    wire.send(b"STLS\r\n").await?;
    positive(&line(wire).await?)
}

fn positive(said: &[u8]) -> Result<(), Failure> {
    match said {
        [b'+', b'O', b'K', ..] => Ok(()),
        [b'-', b'E', b'R', b'R', ..] => Err(Failure::no_starttls(said)),
        _ => Err(Failure::unexpected("an answer of POP3", said)),
    }
}

/// The lines of one answer, which has the expected code: `250-…` until `250 …`.
async fn reply(wire: &mut Wire, code: &[u8; 3]) -> Result<Vec<Vec<u8>>, Failure> {
    let first = line(wire).await?;
    match first.split_first_chunk::<3>() {
        Some((found, _)) if found == code => {}
        Some(([b'4' | b'5', b'0'..=b'9', b'0'..=b'9'], _)) => return Err(Failure::no_starttls(&first)),
        _ => return Err(Failure::unexpected(&String::from_utf8_lossy(code), &first)),
    }
    let mut lines = vec![first];
    while lines.last().is_some_and(|line| is_continued(line, code)) {
        if lines.len() == LINES {
            return Err(Failure::unexpected("an end of the answer", &lines.concat()));
        }
        lines.push(line(wire).await?);
    }
    Ok(lines)
}

/// All but the last line, which has the code and a blank; FTP has no code in those between.
fn is_continued(line: &[u8], code: &[u8; 3]) -> bool {
    line.strip_prefix(code).is_none_or(|rest| rest.first() == Some(&b'-'))
}

async fn line(wire: &mut Wire) -> Result<Vec<u8>, Failure> {
    let line = wire.until(b'\n', LINE).await?;
    Ok(line.trim_ascii_end().to_vec())
}
