//! Protocols that speak in messages of bytes: LDAP, `PostgreSQL`, `MySQL`, MS-TDS.

use super::super::failure::Failure;
use super::super::wire::Wire;

/// RFC 4511 section 4.14: message 1, an extended request with the name of the operation.
const LDAP_REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// Asks a directory; its answer is message 1, an extended response with the result 0.
pub(super) async fn ldap(wire: &mut Wire) -> Result<(), Failure> {
    wire.send(LDAP_REQUEST).await?;
    let body = element(wire).await?;
    let unexpected = || Failure::unexpected("an answer of LDAP", &body);
    let response = body.strip_prefix(b"\x02\x01\x01\x78").ok_or_else(unexpected)?;
    let head = match response.first().ok_or_else(unexpected)? {
        size @ 0x81..=0x84 => 1 + usize::from(size & 0x0f),
        _ => 1,
    };
    match response.get(head..) {
        Some([0x0a, 1, 0, ..]) => Ok(()),
        Some([0x0a, 1, _, message @ ..]) => Err(Failure::no_starttls(message)),
        _ => Err(unexpected()),
    }
}

/// The contents of a sequence of at most 64 kB.
async fn element(wire: &mut Wire) -> Result<Vec<u8>, Failure> {
    let head = wire.exactly(2).await?;
    let size = match head[..] {
        [0x30, size @ 0..=0x7f] => usize::from(size),
        [0x30, octets @ 0x81..=0x84] => {
            let octets = wire.exactly(usize::from(octets & 0x0f)).await?;
            octets.iter().fold(0, |size, octet| size << 8 | usize::from(*octet))
        }
        _ => return Err(Failure::unexpected("an answer of LDAP", &head)),
    };
    match size <= usize::from(u16::MAX) {
        true => wire.exactly(size).await,
        false => Err(Failure::unexpected("a shorter answer of LDAP", &head)),
    }
}

/// `SSLRequest`: its length and its number. One letter answers.
pub(super) async fn postgres(wire: &mut Wire) -> Result<(), Failure> {
    wire.send(b"\x00\x00\x00\x08\x04\xd2\x16\x2f").await?;
    let answer = wire.exactly(1).await?;
    match answer[..] {
        [b'S'] => Ok(()),
        [b'N' | b'E'] => Err(Failure::no_starttls(&answer)),
        _ => Err(Failure::unexpected("an answer of PostgreSQL", &answer)),
    }
}

/// `CLIENT_SSL`, and with it `CLIENT_LONG_PASSWORD`, `CLIENT_PROTOCOL_41`, `CLIENT_SECURE_CONNECTION`.
const MYSQL_TLS: u16 = 0x0800;
const MYSQL_WISHES: u32 = 0x0800 | 0x0001 | 0x0200 | 0x8000;

/// The server greets and says what it can do; the beginning of a login says that TLS follows.
pub(super) async fn mysql(wire: &mut Wire) -> Result<(), Failure> {
    let head = wire.exactly(4).await?;
    let size = match head[..] {
        [low, high, 0, 0] => usize::from(u16::from_le_bytes([low, high])),
        _ => return Err(Failure::unexpected("a greeting of MySQL", &head)),
    };
    let greeting = wire.exactly(size).await?;
    match (greeting.first(), abilities(&greeting)) {
        (Some(10), Some(abilities)) if abilities & MYSQL_TLS != 0 => {}
        (Some(10), Some(_)) => return Err(Failure::no_starttls(b"it cannot")),
        (Some(0xff), _) => return Err(Failure::no_starttls(greeting.get(3..).unwrap_or_default())),
        _ => return Err(Failure::unexpected("a greeting of MySQL", &greeting)),
    }
    let most = (1_u32 << 24).to_le_bytes();
    let request = [&[32, 0, 0, 1][..], &MYSQL_WISHES.to_le_bytes(), &most, &[45], &[0; 23]].concat();
    wire.send(&request).await
}

/// Behind the version, the connection's number (4), the beginning of a challenge (8) and a zero.
fn abilities(greeting: &[u8]) -> Option<u16> {
    let version = greeting.get(1..)?;
    let rest = version.get(version.iter().position(|byte| *byte == 0)? + 1..)?;
    Some(u16::from_le_bytes(*rest.get(13..)?.first_chunk()?))
}

/// `PRELOGIN` with two options, version and encryption, behind their places: offset and length of each.
const TDS_PRELOGIN: [u8; 18] = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 9, 0, 0, 0, 0, 0, 1];
const TDS_ENCRYPTION: u8 = 1;

/// Says that it can encrypt, unless the server cannot; TLS comes in packets of MS-TDS.
pub(super) async fn tds(wire: &mut Wire) -> Result<(), Failure> {
    wire.put_in_packets();
    wire.send(&TDS_PRELOGIN).await?;
    let answer = wire.some().await?;
    match encryption(&answer) {
        Some(2) => Err(Failure::no_starttls(b"it cannot encrypt")),
        Some(0 | 1 | 3) => Ok(()),
        _ => Err(Failure::unexpected("a prelogin of MS-TDS", &answer)),
    }
}

/// The option of this name, by its offset and length.
fn encryption(prelogin: &[u8]) -> Option<u8> {
    let mut options = prelogin.chunks_exact(5).take_while(|option| option.first() != Some(&0xff));
    let offset = options.find_map(|option| match option {
        [TDS_ENCRYPTION, high, low, 0, 1] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    });
    prelogin.get(usize::from(offset?)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_database_can_do_is_read_behind_its_version() {
        let greeting = |version: &[u8], able: u16| {
            [&[10][..], version, &[0], &[7; 12], &[0], &able.to_le_bytes(), &[45; 20]].concat()
        };
        assert_eq!(abilities(&greeting(b"8.0.36", MYSQL_TLS)), Some(MYSQL_TLS));
        assert_eq!(abilities(&greeting(b"", 0xf7ff)), Some(0xf7ff));
        assert_eq!(abilities(&[10, b'8', b'.']), None);
        assert_eq!(abilities(&greeting(b"8", 0)[..17]), None);
    }

    #[test]
    fn the_option_of_a_prelogin_is_where_the_prelogin_says() {
        assert_eq!(encryption(&TDS_PRELOGIN), Some(1));
        assert_eq!(encryption(&[1, 0, 6, 0, 1, 0xff, 3]), Some(3));
        assert_eq!(encryption(&[1, 0, 60, 0, 1, 0xff, 3]), None);
        assert_eq!(encryption(&[0xff, 1, 0, 6, 0, 1]), None);
        assert_eq!(encryption(b""), None);
    }
}
