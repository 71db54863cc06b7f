//! A receiver of HTTP posts that keeps what it took, and that can fail in the ways in which servers do.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// What is wrong with a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing.
    None,
    /// Nobody listens.
    Down,
    /// It reads, and for so long it does nothing else; then it hangs up.
    Slow(Duration),
    /// It asks for so many seconds of patience.
    TooMany(u64),
    /// It fails with this status.
    Fail(u16),
    /// It refuses everything, and says back what it was sent, headers and all.
    Echo,
    /// It hangs up before it has read anything.
    ResetBefore,
    /// It reads everything, takes nothing, and hangs up.
    ResetAfter,
    /// It takes the next post, and nobody hears of it; after that nothing is wrong.
    LoseAnswer,
}

/// What was posted.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    /// The first line.
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Post {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

/// How a post is answered: status and body.
type Answer = (u16, &'static str);

struct State {
    trouble: Trouble,
    taken: Vec<Post>,
}

pub(crate) struct Receiver {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    /// One that answers `200`.
    pub(crate) fn start() -> Self {
        Self::answering((200, "ok"))
    }

    /// One that answers so, when nothing is wrong.
    pub(crate) fn answering(answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { trouble: Trouble::None, taken: Vec::new() }));
        let shared = Arc::clone(&state);
        // Ends with the process of the tests, as the connections do.
        thread::spawn(move || listen(listener, &shared, answer));
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// From now on this is wrong with it.
    pub(crate) fn suffer(&self, trouble: Trouble) {
        self.state().trouble = trouble;
        match trouble {
            // It closes its socket when somebody comes by.
            Trouble::Down => {
                while TcpStream::connect(self.address).is_ok() {
                    thread::sleep(Duration::from_millis(10));
                }
            }
            _ => {
                while TcpStream::connect(self.address).is_err() {
                    thread::sleep(Duration::from_millis(10));
                }
            }
        }
    }

    /// Everything that it took, in order.
    pub(crate) fn taken(&self) -> Vec<Post> {
        self.state().taken.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn listen(mut listener: TcpListener, state: &Arc<Mutex<State>>, answer: Answer) {
    let address = listener.local_addr().unwrap();
    loop {
        let accepted = listener.accept();
        if state.lock().unwrap().trouble == Trouble::Down {
            drop((accepted, listener));
            while state.lock().unwrap().trouble == Trouble::Down {
                thread::sleep(Duration::from_millis(10));
            }
            listener = TcpListener::bind(address).unwrap();
        } else if let Ok((stream, _)) = accepted {
            let state = Arc::clone(state);
            thread::spawn(move || serve(stream, &state, answer));
        }
    }
}

/// One request of a connection, which is closed then.
fn serve(stream: TcpStream, state: &Mutex<State>, answer: Answer) -> io::Result<()> {
    let trouble = state.lock().unwrap().trouble;
    if trouble == Trouble::ResetBefore {
        // What has come and was not read makes a reset of the end of the connection.
        stream.peek(&mut [0])?;
        return Ok(());
    }
    let mut reader = BufReader::new(stream);
    let post = read(&mut reader)?;
    let echo = format!("{} {:?} {}", post.line, post.headers, post.body);
    let (status, body) = match trouble {
        Trouble::Echo => (400, echo),
        Trouble::Slow(time) => {
            thread::sleep(time);
            return Ok(());
        }
        Trouble::ResetAfter => return Ok(()),
        Trouble::LoseAnswer => {
            let mut state = state.lock().unwrap();
            state.trouble = Trouble::None;
            state.taken.push(post);
            return Ok(());
        }
        Trouble::TooMany(_) => (429, "later".to_owned()),
        Trouble::Fail(status) => (status, "it is not you, it is me".to_owned()),
        _ => {
            state.lock().unwrap().taken.push(post);
            (answer.0, answer.1.to_owned())
        }
    };
    let patience = match trouble {
        Trouble::TooMany(seconds) => format!("Retry-After: {seconds}\r\n"),
        _ => String::new(),
    };
    let head = format!("HTTP/1.1 {status} S\r\n{patience}Content-Length: {}\r\n", body.len());
    reader.get_mut().write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes())
}

pub(super) fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Post> {
    let mut headers = BTreeMap::new();
    let mut first = String::new();
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let length = headers.get("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Post {
        line: first.trim().to_owned(),
        headers,
        body: String::from_utf8(body).map_err(io::Error::other)?,
    })
}
