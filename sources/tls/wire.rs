//! One connection, of which no more than a number of bytes is read, and on which TLS may be in packets of another
//! protocol.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::Limits;
use super::failure::Failure;

/// Bytes asked of the operating system at once.
const AT_ONCE: usize = 4096;

/// The head of a packet of MS-TDS: type, status, length, process, number, window.
const PACKET_HEAD: usize = 8;
const PACKET: usize = 4096;
const PRELOGIN: u8 = 0x12;
const ANSWER: u8 = 0x04;

/// A connection. Whoever waits for it sets the deadline.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    /// As it came, with the heads of packets.
    raw: Vec<u8>,
    /// What was read and not yet asked for.
    pending: Vec<u8>,
    left: u64,
    most: u64,
    in_packets: bool,
}

impl Wire {
    /// Connects, in the time that a connection has.
    pub(super) async fn open(
        address: SocketAddr,
        deadline: Instant,
        limits: &Limits,
    ) -> Result<Self, Failure> {
        let until = deadline.min(Instant::now() + limits.connect);
        let connected = timeout_at(until, TcpStream::connect(address)).await;
        let stream = connected
            .map_err(|_| Failure::timeout("connect-timeout", "no connection in time"))?
            .map_err(|error| Failure::of_io(&error))?;
        let most = limits.bytes;
        Ok(Self { stream, raw: Vec::new(), pending: Vec::new(), left: most, most, in_packets: false })
    }

    /// From now on everything is in packets of MS-TDS.
    pub(super) fn put_in_packets(&mut self) {
        self.in_packets = true;
    }

    /// Sends all of it.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let sent = match self.in_packets {
            true => self.stream.write_all(&packets(bytes)).await,
            false => self.stream.write_all(bytes).await,
        };
        sent.map_err(|error| Failure::of_io(&error))
    }

    /// What comes next, at least a byte; in packets, the rest of one.
    pub(super) async fn some(&mut self) -> Result<Vec<u8>, Failure> {
        if self.pending.is_empty() {
            self.fill().await?;
        }
        Ok(std::mem::take(&mut self.pending))
    }

    /// Exactly so many bytes.
    pub(super) async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, Failure> {
        while self.pending.len() < count {
            self.fill().await?;
        }
        Ok(self.pending.drain(..count).collect())
    }

    /// All until a byte and that byte too, in no more than `most` bytes.
    pub(super) async fn until(&mut self, end: u8, most: usize) -> Result<Vec<u8>, Failure> {
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == end) {
                return Ok(self.pending.drain(..=end).collect());
            }
            if self.pending.len() > most {
                return Err(Failure::unexpected("an end of it", &self.pending));
            }
            self.fill().await?;
        }
    }

    /// Reads until there is more that is pending.
    async fn fill(&mut self) -> Result<(), Failure> {
        if self.in_packets {
            return self.fill_from_packet().await;
        }
        self.read().await?;
        self.pending.append(&mut self.raw);
        Ok(())
    }

    async fn fill_from_packet(&mut self) -> Result<(), Failure> {
        loop {
            if let [_, _, high, low, ..] = self.raw[..] {
                let length = usize::from(u16::from_be_bytes([high, low]));
                if length <= PACKET_HEAD || ![Some(&PRELOGIN), Some(&ANSWER)].contains(&self.raw.first()) {
                    return Err(Failure::unexpected("a packet with something in it", &self.raw));
                }
                if self.raw.len() >= length {
                    self.pending.extend(self.raw.drain(..length).skip(PACKET_HEAD));
                    return Ok(());
                }
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Result<(), Failure> {
        if self.left == 0 {
            return Err(Failure::too_many_bytes(self.most));
        }
        self.raw.reserve(AT_ONCE);
        let read = (&mut self.stream).take(self.left).read_buf(&mut self.raw).await;
        match read.map_err(|error| Failure::of_io(&error))? {
            0 => Err(Failure::closed()),
            read => {
                self.left = self.left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
                Ok(())
            }
        }
    }
}

/// One message in packets, the last of which says so.
fn packets(bytes: &[u8]) -> Vec<u8> {
    let mut chunks = bytes.chunks(PACKET - PACKET_HEAD).peekable();
    let mut packets = Vec::with_capacity(bytes.len() + PACKET_HEAD);
    while let Some(chunk) = chunks.next() {
        let last = u8::from(chunks.peek().is_none());
        let length = u16::try_from(chunk.len() + PACKET_HEAD).unwrap_or(u16::MAX);
        packets.extend([PRELOGIN, last]);
        packets.extend(length.to_be_bytes());
        packets.extend([0; 4]);
        packets.extend(chunk);
    }
    packets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_in_packets_and_the_last_one_says_so() {
        assert_eq!(packets(b"ab"), [0x12, 1, 0, 10, 0, 0, 0, 0, b'a', b'b']);
        let long = packets(&[7; PACKET]);
        assert_eq!(long.len(), PACKET + 2 * PACKET_HEAD);
        assert_eq!((long[1], &long[2..4]), (0, &[0x10, 0][..]), "a full one, and not the last");
        assert_eq!((long[PACKET + 1], &long[PACKET + 2..PACKET + 4]), (1, &[0, 16][..]));
    }
}
