//! A small HTTP client that speaks AWS's protocols without any SDK.

use chrono::{DateTime, Utc};
use howler_simulator::{Account, Faults, Organization, Region, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const ACCOUNT: &str = "111111111111";

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

/// One account with one region, eu-west-1.
pub(crate) fn start(region: Region, faults: Faults) -> Simulator {
    let account = Account::new(ACCOUNT, "test").region("eu-west-1", region);
    Simulator::start(Organization::of(account), faults, now()).unwrap()
}

/// An answer as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The texts of every element of that name.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let text = self.text();
        let after = text.split(&open).skip(1);
        after.map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
    }

    pub(crate) fn element(&self, name: &str) -> Option<String> {
        self.elements(name).into_iter().next()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// A caller: the scope that its requests are signed for.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) address: String,
    pub(crate) key: String,
    pub(crate) region: String,
    pub(crate) token: Option<String>,
}

impl Caller {
    pub(crate) fn new(simulator: &Simulator) -> Self {
        let address = simulator.endpoint().trim_start_matches("http://").to_owned();
        let key = howler_simulator::ACCESS_KEY_ID.to_owned();
        Self { address, key, region: "eu-west-1".to_owned(), token: None }
    }

    pub(crate) fn region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }

    pub(crate) fn account(&self, account: &str) -> Self {
        Self { key: howler_simulator::access_key_id(account), ..self.clone() }
    }

    /// A call of a query protocol.
    pub(crate) async fn query(&self, signing: &str, form: &str) -> Answer {
        let head = format!("{}content-type: application/x-www-form-urlencoded\r\n", self.signed(signing));
        self.send("/", &head, form.as_bytes()).await.unwrap()
    }

    /// A call of a JSON service.
    pub(crate) async fn json(&self, signing: &str, action: &str, body: &str) -> Answer {
        let head = format!("{}x-amz-target: Service.{action}\r\n", self.signed(signing));
        self.send("/", &head, body.as_bytes()).await.unwrap()
    }

    pub(crate) async fn cbor(&self, action: &str, body: &[u8]) -> Answer {
        let path = format!("/service/GraniteServiceVersion20100801/operation/{action}");
        let head = format!("{}smithy-protocol: rpc-v2-cbor\r\n", self.signed("monitoring"));
        self.send(&path, &head, body).await.unwrap()
    }

    /// A call of a REST service that reads.
    pub(crate) async fn get(&self, signing: &str, path: &str) -> Answer {
        self.request("GET", path, &self.signed(signing), b"").await.unwrap()
    }

    pub(crate) fn signed(&self, signing: &str) -> String {
        let scope = format!("{}/20260101/{}/{signing}/aws4_request", self.key, self.region);
        let token =
            self.token.iter().map(|token| format!("x-amz-security-token: {token}\r\n")).collect::<String>();
        format!(
            "authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n{token}"
        )
    }

    /// Sends a request on a connection of its own; an error if the answer is cut short.
    pub(crate) async fn send(&self, path: &str, head: &str, body: &[u8]) -> std::io::Result<Answer> {
        self.request("POST", path, head, body).await
    }

    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        head: &str,
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(&self.address).await?;
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{head}content-length: {length}\r\n\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body).await?;
        read(&mut stream).await
    }
}

/// Reads one answer.
pub(crate) async fn read(stream: &mut TcpStream) -> std::io::Result<Answer> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await?;
    Ok(Answer { status, head, body })
}
