//! The first answers of a server before TLS 1.3, which are in plain text: what it chose, and its certificates.

use rustls::pki_types::CertificateDer;
use rustls::{AlertDescription, Error};

use super::failure::Failure;
use super::wire::Wire;

/// Types of records, and of messages in them (RFC 5246 appendix A).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_KEY_EXCHANGE: u8 = 12;
const SERVER_HELLO_DONE: u8 = 14;

/// The longest record (RFC 5246 section 6.2.3).
const RECORD: usize = (1 << 14) + 2048;

/// What a server shows in plain text.
#[derive(Debug)]
pub(super) struct Shown {
    /// Of the protocol: 0x0303 is TLS 1.2.
    pub(super) version: u16,
    /// The way to exchange keys and to encrypt.
    pub(super) suite: u16,
    /// As it was served, leaf first, never empty.
    pub(super) chain: Vec<CertificateDer<'static>>,
}

/// Reads until the certificates.
pub(super) async fn read(wire: &mut Wire) -> Result<Shown, Failure> {
    let (mut buffered, mut chosen) = (Vec::new(), None);
    loop {
        let (kind, body) = message(wire, &mut buffered).await?;
        match (kind, chosen) {
            (SERVER_HELLO, None) => chosen = Some(server_hello(&body).ok_or_else(Failure::malformed)?),
            (CERTIFICATE, Some((version, suite))) => {
                let chain = chain(&body).ok_or_else(Failure::malformed)?;
                return match chain.is_empty() {
                    true => Err(Failure::no_certificate()),
                    false => Ok(Shown { version, suite, chain }),
                };
            }
            (SERVER_KEY_EXCHANGE | SERVER_HELLO_DONE, Some(_)) => return Err(Failure::no_certificate()),
            (SERVER_HELLO | CERTIFICATE | SERVER_KEY_EXCHANGE | SERVER_HELLO_DONE, _) => {
                return Err(Failure::malformed());
            }
            _ => {}
        }
    }
}

/// One message, however many records it is in.
async fn message(wire: &mut Wire, buffered: &mut Vec<u8>) -> Result<(u8, Vec<u8>), Failure> {
    loop {
        if let Some((kind, size)) = head(buffered)
            && buffered.len() >= 4 + size
        {
            let body = buffered.drain(..4 + size).skip(4).collect();
            return Ok((kind, body));
        }
        buffered.extend(record(wire).await?);
    }
}

fn head(bytes: &[u8]) -> Option<(u8, usize)> {
    match bytes {
        [kind, rest @ ..] => Some((*kind, number24(rest)?)),
        [] => None,
    }
}

fn number24(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [a, b, c, ..] => Some(usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c)),
        _ => None,
    }
}

/// The body of a record of handshake messages.
async fn record(wire: &mut Wire) -> Result<Vec<u8>, Failure> {
    let head = wire.exactly(5).await?;
    let [kind, 3, _, high, low] = head[..] else { return Err(Failure::not_tls()) };
    let length = usize::from(u16::from_be_bytes([high, low]));
    match kind {
        HANDSHAKE if length <= RECORD => wire.exactly(length).await,
        ALERT if length == 2 => match wire.exactly(2).await?[..] {
            [_, alert] => Err(Failure::of_tls(&Error::AlertReceived(AlertDescription::from(alert)))),
            _ => Err(Failure::malformed()),
        },
        _ => Err(Failure::malformed()),
    }
}

/// Version and suite; the random number and the session between them do not matter here.
fn server_hello(body: &[u8]) -> Option<(u16, u16)> {
    let (version, rest) = number16(body)?;
    let (session, rest) = rest.get(32..)?.split_first()?;
    let (suite, _) = number16(rest.get(usize::from(*session)..)?)?;
    Some((version, suite))
}

fn number16(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u16::from_be_bytes(*number), rest))
}

/// Certificates behind their lengths, behind the length of all of them. None if the lengths do not fit.
fn chain(body: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let mut rest = body.get(3..).filter(|rest| number24(body) == Some(rest.len()))?;
    let mut chain = Vec::new();
    while !rest.is_empty() {
        let end = 3 + number24(rest)?;
        chain.push(CertificateDer::from(rest.get(3..end)?.to_vec()));
        rest = rest.get(end..)?;
    }
    Some(chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_chose_is_read_behind_a_session_of_any_length() {
        for session in [0, 32, 255] {
            let body = [&[3, 1][..], &[9; 32], &[session], &vec![1; session.into()], &[0, 0x2f, 0]].concat();
            assert_eq!(server_hello(&body), Some((0x0301, 0x002f)));
            for cut in 0..body.len() - 1 {
                assert_eq!(server_hello(&body[..cut]), None, "{cut}");
            }
        }
    }

    #[test]
    fn lengths_that_lie_are_no_chain() {
        let good = [0, 0, 9, 0, 0, 2, b'a', b'b', 0, 0, 1, b'c'];
        let chain_of =
            |bytes: &[u8]| chain(bytes).map(|chain| chain.iter().map(|der| der.to_vec()).collect::<Vec<_>>());
        assert_eq!(chain_of(&good), Some(vec![b"ab".to_vec(), b"c".to_vec()]));
        assert_eq!(chain_of(&[0, 0, 0]), Some(vec![]));
        for cut in 0..good.len() {
            assert_eq!(chain_of(&good[..cut]), None, "{cut}");
        }
        for (at, lie) in [(2, 10), (5, 3), (5, 255), (3, 255), (10, 2)] {
            let mut bytes = good;
            bytes[at] = lie;
            assert_eq!(chain_of(&bytes), None, "{at} {lie}");
        }
    }
}
