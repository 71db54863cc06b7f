//! A server on loopback that answers as a test tells it, and keeps what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::gateway::{Pace, Secret, Settings};

/// What was asked.
#[derive(Debug, Clone)]
pub(in crate::gateway) struct Request {
    /// Request line and headers, in lower case.
    pub(in crate::gateway) head: String,
    /// What was posted.
    pub(in crate::gateway) body: String,
}

impl Request {
    pub(in crate::gateway) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(in crate::gateway) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// How it is answered.
pub(in crate::gateway) enum Reply {
    /// A status, headers (each with its line end), and a body.
    Status(u16, &'static str, &'static str),
    /// Nothing, for longer than anybody waits.
    Hang,
    /// 200, and a moment later the end of the connection, without a word of it.
    Leave,
    /// The end of the connection.
    Reset,
}

pub(in crate::gateway) const OK: Reply = Reply::Status(200, "", "");

/// A server that is up for as long as the test.
pub(in crate::gateway) struct Server {
    /// `127.0.0.1:PORT`.
    pub(in crate::gateway) address: String,
    log: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers each request, counted from 0, by the rule.
    pub(in crate::gateway) async fn start(rule: impl Fn(usize, &Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("127.0.0.1:{}", listener.local_addr().unwrap().port());
        let log = Arc::new(Mutex::new(Vec::new()));
        let seen = log.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                let number = seen.lock().unwrap().len();
                let reply = rule(number, &request);
                seen.lock().unwrap().push(request);
                answer(stream, reply).await;
            }
        });
        Self { address, log }
    }

    pub(in crate::gateway) fn requests(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }

    pub(in crate::gateway) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Settings with this address alone.
    pub(in crate::gateway) fn settings(&self) -> Settings {
        settings(&[&self.url()])
    }
}

/// An address at which nobody listens.
pub(in crate::gateway) async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Settings of a test, which has no time.
pub(in crate::gateway) fn settings(addresses: &[&str]) -> Settings {
    let addresses = addresses.iter().map(|address| Secret::new(*address)).collect();
    Settings { addresses, pace: pace(), ..Settings::default() }
}

pub(in crate::gateway) fn pace() -> Pace {
    Pace {
        timeout: Duration::from_millis(300),
        attempts: 3,
        pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(1500),
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if bytes.len() >= end + 4 + length.parse::<usize>().unwrap() {
            let body = String::from_utf8(bytes[end + 4..].to_vec()).unwrap();
            return Some(Request { head, body });
        }
    }
}

async fn answer(mut stream: TcpStream, reply: Reply) {
    match reply {
        Reply::Status(status, header, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{header}\r\n"
            );
            stream.write_all((head + body).as_bytes()).await.unwrap();
        }
        Reply::Hang => drop(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(60)).await;
            drop(stream);
        })),
        Reply::Leave => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Reply::Reset => drop(stream),
    }
}
