//! HTTP/1.1 on a connection: requests with a length in, answers out, faults of the wire included.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The most that a head or a body may take.
const LARGEST: usize = 8 << 20;

/// One request, borrowed from the connection's buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// The path with its query.
    pub(crate) path: &'a str,
    headers: &'a [httparse::Header<'a>],
    pub(crate) body: &'a [u8],
}

impl<'a> Request<'a> {
    /// A request without headers.
    #[cfg(test)]
    pub(crate) fn of(path: &'a str, body: &'a [u8]) -> Self {
        Self { method: "GET", path, headers: &[], body }
    }

    /// The header of that name, in whichever case, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        let header = self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()
    }
}

/// How an answer reaches the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// Half of the body, then the end of the connection.
    Half,
    /// Nothing at all, with the connection open.
    Never,
    /// Nothing at all, and the connection reset.
    Reset,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Header lines, each ended by CR LF.
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
    pub(crate) delivery: Delivery,
    pub(crate) delay: Duration,
}

/// Answers the requests of a connection until its end.
pub(crate) async fn serve(mut stream: TcpStream, answer: impl Fn(&Request<'_>) -> Reply) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4096);
    loop {
        let reply = loop {
            match parse(&buffer, &answer)? {
                Some((reply, used)) => {
                    buffer.drain(..used);
                    break reply;
                }
                None if buffer.len() > LARGEST => return Err(malformed("too large")),
                None if stream.read_buf(&mut buffer).await? == 0 => return Ok(()),
                None => {}
            }
        };
        if !deliver(&mut stream, reply).await? {
            return Ok(());
        }
    }
}

/// The answer to the first request in the buffer and the bytes that it took, once it is all there.
fn parse(buffer: &[u8], answer: &impl Fn(&Request<'_>) -> Reply) -> io::Result<Option<(Reply, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(start) = head.parse(buffer).map_err(malformed)? else { return Ok(None) };
    let (method, path) = (head.method.unwrap_or_default(), head.path.unwrap_or("/"));
    let mut request = Request { method, path, headers: head.headers, body: &[] };
    if request.header("transfer-encoding").is_some() {
        return Err(malformed("bodies need a length"));
    }
    let length = request.header("content-length").map_or(Ok(0), str::parse::<usize>).map_err(malformed)?;
    let end =
        start.checked_add(length).filter(|end| *end <= LARGEST).ok_or_else(|| malformed("too large"))?;
    let Some(body) = buffer.get(start..end) else { return Ok(None) };
    request.body = body;
    Ok(Some((answer(&request), end)))
}

fn malformed(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// Sends the answer; whether the connection goes on.
async fn deliver(stream: &mut TcpStream, reply: Reply) -> io::Result<bool> {
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    match reply.delivery {
        Delivery::Never => return wait_for_end(stream).await.map(|()| false),
        // The connection ends without lingering as soon as it is dropped, and that is a reset.
        Delivery::Reset => return stream.set_zero_linger().map(|()| false),
        Delivery::Whole | Delivery::Half => {}
    }
    let length = reply.body.len();
    let mut bytes = Vec::with_capacity(reply.headers.len() + length + 80);
    let head = format!("HTTP/1.1 {} .\r\n{}content-length: {length}\r\n\r\n", reply.status, reply.headers);
    bytes.extend_from_slice(head.as_bytes());
    let whole = reply.delivery == Delivery::Whole;
    bytes.extend(reply.body.iter().take(if whole { length } else { length / 2 }));
    stream.write_all(&bytes).await?;
    Ok(whole)
}

/// Waits until the caller gives up.
async fn wait_for_end(stream: &mut TcpStream) -> io::Result<()> {
    let mut ignored = [0; 256];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}
