//! A proxy of HTTP/1.1 that counts the requests which pass it by their action, as the wire shows it.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) struct Proxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Passes everything on to `http://HOST:PORT`.
    pub(crate) fn before(url: &str) -> Self {
        let upstream = url.strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&seen);
        // Ends with the process of the tests, as the connections do.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (keep, upstream) = (Arc::clone(&keep), upstream.clone());
                std::thread::spawn(move || pass(client, &upstream, &keep));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The action of every request so far.
    pub(crate) fn actions(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// How often each was asked.
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        self.actions().into_iter().for_each(|action| *counts.entry(action).or_default() += 1);
        counts
    }
}

/// One connection: requests and answers in turn, until either side closes.
fn pass(client: TcpStream, upstream: &str, seen: &Mutex<Vec<String>>) -> io::Result<()> {
    let server = TcpStream::connect(upstream)?;
    let [mut from_client, mut from_server] = [BufReader::new(client), BufReader::new(server)];
    while let Some(request) = Message::read(&mut from_client, false)? {
        seen.lock().unwrap().push(request.action());
        from_server.get_mut().write_all(&request.bytes)?;
        let Some(answer) = Message::read(&mut from_server, true)? else { break };
        from_client.get_mut().write_all(&answer.bytes)?;
        if answer.closes {
            break;
        }
    }
    Ok(())
}

/// A request or an answer, whole.
struct Message {
    head: String,
    body: Vec<u8>,
    /// Both, as they came.
    bytes: Vec<u8>,
    /// Nothing follows it on its connection.
    closes: bool,
}

impl Message {
    /// The next one; none at the end of the connection.
    fn read(from: &mut impl BufRead, is_answer: bool) -> io::Result<Option<Self>> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if from.read_line(&mut head)? == 0 {
                return if head.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
        let mut message = Self { bytes: head.clone().into_bytes(), head, body: Vec::new(), closes: false };
        message.closes = message.header("connection").is_some_and(|it| it.eq_ignore_ascii_case("close"));
        let raw = match (message.header("transfer-encoding"), message.header("content-length")) {
            (Some(encoding), _) if encoding.eq_ignore_ascii_case("chunked") => message.read_chunks(from)?,
            (_, Some(length)) => {
                message.body = vec![0; length.parse().map_err(io::Error::other)?];
                from.read_exact(&mut message.body)?;
                message.body.clone()
            }
            _ if is_answer && !message.head.contains(" 204 ") => {
                message.closes = true;
                from.read_to_end(&mut message.body)?;
                message.body.clone()
            }
            _ => Vec::new(),
        };
        message.bytes.extend(raw);
        Ok(Some(message))
    }

    /// A body in chunks, and the bytes that it came in.
    fn read_chunks(&mut self, from: &mut impl BufRead) -> io::Result<Vec<u8>> {
        let mut raw = Vec::new();
        loop {
            let mut size = String::new();
            from.read_line(&mut size)?;
            let digits = size.trim().split(';').next().unwrap_or_default();
            let length = usize::from_str_radix(digits, 16).map_err(io::Error::other)?;
            let mut chunk = vec![0; length + 2];
            from.read_exact(&mut chunk)?;
            raw.extend(size.bytes().chain(chunk.iter().copied()));
            if length == 0 {
                return Ok(raw);
            }
            self.body.extend(&chunk[..length]);
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        headers.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The action as each protocol of AWS says it: in a header, or in the form that is posted.
    fn action(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let target = self.header("x-amz-target").and_then(|target| target.rsplit('.').next());
        let posted = body.split('&').find_map(|field| field.strip_prefix("Action="));
        let path = self.head.split(' ').nth(1);
        let operation = path.and_then(|path| path.rsplit_once("/operation/")).map(|(_, name)| name);
        let action = target.or(posted).or(operation);
        action.map_or_else(|| self.head.lines().next().unwrap_or_default().to_owned(), str::to_owned)
    }
}
