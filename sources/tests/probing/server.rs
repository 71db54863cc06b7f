//! Servers of the tests: a script of what is heard and said, and what comes then.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What comes after the script.
#[derive(Debug, Clone)]
pub(crate) enum Then {
    /// TLS, by another server on this port.
    Tls(u16),
    /// The same in packets of MS-TDS.
    TlsInPackets(u16),
    /// Nothing, and no end.
    Silence,
    /// The connection is closed.
    End,
    /// It is reset.
    Reset,
    /// The same bytes over and over.
    Flood(Vec<u8>),
    /// A byte a second.
    Drip(Vec<u8>),
}

/// What a server says first, and what it says when it heard exactly this.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) greeting: Vec<u8>,
    pub(crate) turns: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) then: Then,
}

/// A server that keeps to a script with each client; gives its port, and counts its clients.
pub(crate) async fn play(script: Script) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let clients = Arc::new(AtomicUsize::new(0));
    let counted = clients.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(stream, script.clone()));
        }
    });
    (port, clients)
}

async fn serve(mut stream: TcpStream, script: Script) -> Option<()> {
    stream.write_all(&script.greeting).await.ok()?;
    for (heard, said) in &script.turns {
        let mut bytes = vec![0; heard.len()];
        stream.read_exact(&mut bytes).await.ok()?;
        if bytes != *heard {
            eprintln!(
                "{:?} was expected, not {:?}",
                heard.escape_ascii().to_string(),
                bytes.escape_ascii().to_string()
            );
            return None;
        }
        stream.write_all(said).await.ok()?;
    }
    then(stream, script.then).await
}

async fn then(mut stream: TcpStream, then: Then) -> Option<()> {
    match then {
        Then::Tls(port) => {
            let mut behind = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
            copy_bidirectional(&mut stream, &mut behind).await.ok()?;
        }
        Then::TlsInPackets(port) => {
            let behind = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
            let ((reader, writer), (from, to)) = (stream.into_split(), behind.into_split());
            tokio::join!(unpack(reader, to), pack(from, writer));
        }
        Then::Silence => tokio::time::sleep(Duration::from_secs(60)).await,
        Then::End => drain(&mut stream).await,
        Then::Reset => {
            let _something = stream.readable().await;
            tokio::time::sleep(Duration::from_millis(100)).await; // closing with bytes unread sends a reset
        }
        Then::Flood(bytes) => while stream.write_all(&bytes).await.is_ok() {},
        Then::Drip(bytes) => {
            for byte in bytes {
                stream.write_all(&[byte]).await.ok()?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
    Some(())
}

/// Reads what comes at once, so that closing sends no reset.
async fn drain(stream: &mut TcpStream) {
    let mut bytes = [0; 4096];
    let read = tokio::time::timeout(Duration::from_millis(200), stream.read(&mut bytes));
    let _nothing = read.await;
}

async fn unpack(mut reader: OwnedReadHalf, mut writer: OwnedWriteHalf) -> Option<()> {
    loop {
        let mut head = [0; 8];
        reader.read_exact(&mut head).await.ok()?;
        let mut body = vec![0; usize::from(u16::from_be_bytes([head[2], head[3]])) - 8];
        reader.read_exact(&mut body).await.ok()?;
        writer.write_all(&body).await.ok()?;
    }
}

/// In packets so small that messages of TLS are in several of them.
async fn pack(mut reader: OwnedReadHalf, mut writer: OwnedWriteHalf) -> Option<()> {
    let mut bytes = [0; 200];
    loop {
        let read = reader.read(&mut bytes).await.ok().filter(|read| *read > 0)?;
        let length = u16::try_from(read + 8).unwrap().to_be_bytes();
        writer.write_all(&[&[0x12, 1][..], &length, &[0; 4], &bytes[..read]].concat()).await.ok()?;
    }
}
