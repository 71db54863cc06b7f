//! XMPP of clients (RFC 6120 section 5): pieces of XML, read tag by tag and never as a document.

use super::super::failure::Failure;
use super::super::wire::Wire;

/// Bytes of one tag with the text before it, and tags of one answer.
const TAG: usize = 4096;
const TAGS: usize = 128;

const PLEASE: &[u8] = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

/// Asks for it where it is offered.
pub(super) async fn xmpp(wire: &mut Wire, name: &str) -> Result<(), Failure> {
    let open = format!(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams' to='{}' version='1.0'>",
        escaped(name)
    );
    wire.send(open.as_bytes()).await?;
    tag(wire, b"starttls").await?;
    wire.send(PLEASE).await?;
    tag(wire, b"proceed").await
}

/// Reads until a tag of this name.
async fn tag(wire: &mut Wire, wanted: &[u8]) -> Result<(), Failure> {
    for _ in 0..TAGS {
        let said = wire.until(b'>', TAG).await?;
        let Some(start) = said.iter().position(|byte| *byte == b'<') else {
            return Err(Failure::unexpected("XML", &said));
        };
        let inside = said.get(start + 1..).unwrap_or_default();
        let end = inside.iter().position(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte));
        match inside.get(..end.unwrap_or(inside.len())).unwrap_or_default() {
            name if name == wanted => return Ok(()),
            b"failure" | b"stream:error" => return Err(Failure::no_starttls(&said)),
            b"" if inside.starts_with(b"/stream:stream") => return Err(Failure::no_starttls(&said)),
            _ => {}
        }
    }
    Err(Failure::unexpected("an end of the answer", b""))
}

/// A name as the value of an attribute.
fn escaped(name: &str) -> String {
    name.chars().map(escape).collect()
}

fn escape(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '\'' => "&apos;".to_owned(),
        '"' => "&quot;".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_attribute() {
        assert_eq!(escaped("a'>&<\"b"), "a&apos;&gt;&amp;&lt;&quot;b");
    }
}
