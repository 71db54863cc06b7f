//! A server that answers by what it is asked, and what a field of JSON must be like.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::receiver::{Post, read};

/// Status, further headers (each with its line end), body.
pub(super) type Answer = (u16, &'static str, String);

/// Answers one post after the other, until the process of the tests ends.
pub(super) fn serve(mut answer: impl FnMut(&Post) -> Answer + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            if let Ok(post) = read(&mut reader) {
                let (status, headers, body) = answer(&post);
                let length = body.len();
                let head = format!("HTTP/1.1 {status} S\r\n{headers}Content-Length: {length}\r\n");
                let _gone = write!(
                    reader.get_mut(),
                    "{head}Content-Type: text/html\r\nConnection: close\r\n\r\n{body}"
                );
            }
        }
    });
    address
}

/// Posts a body, and gives the status and the body of the answer.
pub(crate) fn post(url: &str, body: &str) -> (u16, String) {
    use std::io::Read;
    let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("POST /{path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// So many posts in so much time, looking back from each.
pub(super) struct Rate {
    pub(super) most: usize,
    pub(super) within: Duration,
    pub(super) taken: Vec<Instant>,
}

impl Rate {
    /// Whether one more is too many.
    pub(super) fn is_exceeded(&mut self) -> bool {
        self.taken.retain(|at| at.elapsed() < self.within);
        let is_full = self.taken.len() >= self.most;
        if !is_full {
            self.taken.push(Instant::now());
        }
        is_full
    }
}

/// How many characters a text has; none if it is none.
pub(super) fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}
