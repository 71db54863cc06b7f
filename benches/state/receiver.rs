//! A receiver of posts in this process, which answers each at once and counts.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What came.
#[derive(Default)]
pub(crate) struct Counted {
    posts: AtomicU64,
    bytes: AtomicU64,
}

pub(crate) struct Receiver {
    address: SocketAddr,
    counted: Arc<Counted>,
}

impl Receiver {
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let counted = Arc::new(Counted::default());
        let keep = Arc::clone(&counted);
        // Ends with the process, as the connections do.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let keep = Arc::clone(&keep);
                std::thread::spawn(move || serve(stream, &keep));
            }
        });
        Ok(Self { address, counted })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Posts and mebibytes since this was asked the last time.
    pub(crate) fn since(&self) -> (u64, u64) {
        (self.counted.posts.swap(0, Ordering::Relaxed), self.counted.bytes.swap(0, Ordering::Relaxed) >> 20)
    }
}

fn serve(stream: TcpStream, counted: &Counted) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(1 << 18, stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        io::copy(&mut reader.by_ref().take(length), &mut io::sink())?;
        counted.posts.fetch_add(1, Ordering::Relaxed);
        counted.bytes.fetch_add(length, Ordering::Relaxed);
        reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")?;
    }
}
