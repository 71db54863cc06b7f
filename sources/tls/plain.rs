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
    let mut plain = Plain::default();
    loop {
        if let Some(shown) = plain.take(&wire.some().await?)? {
            return Ok(shown);
        }
    }
}

/// What came so far and is not done with.
#[derive(Debug, Default)]
pub(super) struct Plain {
    /// The beginning of a record.
    record: Vec<u8>,
    /// The beginning of a message, however many records it is in.
    message: Vec<u8>,
    /// Version and suite, once the server has chosen.
    chosen: Option<(u16, u16)>,
}

impl Plain {
    /// Takes what comes next; gives what is shown, once that is there.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Option<Shown>, Failure> {
        self.record.extend(bytes);
        while let Some(body) = self.next_record()? {
            self.message.extend(body);
            while let Some((kind, body)) = self.next_message() {
                if let Some(shown) = self.hear(kind, &body)? {
                    return Ok(Some(shown));
                }
            }
        }
        Ok(None)
    }

    /// The body of a record of handshake messages.
    fn next_record(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let [kind, major, _, high, low, ..] = self.record[..] else { return Ok(None) };
        let length = usize::from(u16::from_be_bytes([high, low]));
        match (kind, major) {
            (_, 0..=2 | 4..) => return Err(Failure::not_tls()),
            (HANDSHAKE, _) if length <= RECORD => {}
            (ALERT, _) if length == 2 => {}
            _ => return Err(Failure::malformed()),
        }
        if self.record.len() < 5 + length {
            return Ok(None);
        }
        let body: Vec<u8> = self.record.drain(..5 + length).skip(5).collect();
        match (kind, &body[..]) {
            (ALERT, [_, alert]) => {
                Err(Failure::of_tls(&Error::AlertReceived(AlertDescription::from(*alert))))
            }
            _ => Ok(Some(body)),
        }
    }

    fn next_message(&mut self) -> Option<(u8, Vec<u8>)> {
        let (kind, rest) = self.message.split_first()?;
        let (kind, end) = (*kind, 4 + number24(rest)?);
        (self.message.len() >= end).then(|| (kind, self.message.drain(..end).skip(4).collect()))
    }

    fn hear(&mut self, kind: u8, body: &[u8]) -> Result<Option<Shown>, Failure> {
        match (kind, self.chosen) {
            (SERVER_HELLO, None) => self.chosen = Some(server_hello(body).ok_or_else(Failure::malformed)?),
            (CERTIFICATE, Some((version, suite))) => {
                let chain = chain(body).ok_or_else(Failure::malformed)?;
                return match chain.is_empty() {
                    true => Err(Failure::no_certificate()),
                    false => Ok(Some(Shown { version, suite, chain })),
                };
            }
            (SERVER_KEY_EXCHANGE | SERVER_HELLO_DONE, Some(_)) => return Err(Failure::no_certificate()),
            (SERVER_HELLO | CERTIFICATE | SERVER_KEY_EXCHANGE | SERVER_HELLO_DONE, _) => {
                return Err(Failure::malformed());
            }
            _ => {}
        }
        Ok(None)
    }
}

fn number24(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [a, b, c, ..] => Some(usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c)),
        _ => None,
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
    fn certificates_are_shown_however_their_bytes_are_cut() {
        let hello = [&[2, 0, 0, 38, 3, 3][..], &[9; 32], &[0, 0xc0, 0x2b, 0]].concat();
        let messages = [&hello[..], &[11, 0, 0, 8, 0, 0, 5, 0, 0, 2, b'a', b'b']].concat();
        for size in 1..=messages.len() {
            let records = messages.chunks(size).flat_map(|body| {
                let length = u16::try_from(body.len()).unwrap().to_be_bytes();
                [&[22, 3, 3][..], &length, body].concat()
            });
            let mut plain = Plain::default();
            let shown = records.map(|byte| plain.take(&[byte]).unwrap()).find_map(|shown| shown).unwrap();
            assert_eq!((shown.version, shown.suite, &shown.chain[0][..]), (0x0303, 0xc02b, &b"ab"[..]));
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
