//! How many requests a second the simulator answers: a benchmark is only as fast as what it asks.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use howler_simulator::ACCESS_KEY_ID;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::options::Options;
use crate::stand_in::StandIn;

const CONNECTIONS: usize = 64;
const TIME: Duration = Duration::from_secs(5);

/// Services as they are signed for, and what is asked of each: a little of what a scan asks.
const ASKED: [(&str, &str); 6] = [
    ("ec2", "Action=DescribeVpcs&Version=2016-11-15&MaxResults=1000"),
    ("ec2", "Action=DescribeInstances&Version=2016-11-15&MaxResults=1000"),
    ("ec2", "Action=DescribeSecurityGroups&Version=2016-11-15&MaxResults=1000"),
    ("ec2", "Action=DescribeNatGateways&Version=2016-11-15&MaxResults=1000"),
    ("elasticloadbalancing", "Action=DescribeLoadBalancers&Version=2015-12-01&PageSize=400"),
    ("autoscaling", "Action=DescribeAutoScalingGroups&Version=2011-01-01&MaxRecords=100"),
];

/// Asks as much as it can for a few seconds, and tells the rate.
pub(crate) fn measure() -> Result<()> {
    let stand_in =
        StandIn::start("100x17".parse()?, &Options { latency_ms: 0, limited: false, ..Options::default() })?;
    let runtime = tokio::runtime::Runtime::new()?;
    let cpu_before = stand_in.cpu()?;
    let began = Instant::now();
    runtime.block_on(ask_all(&stand_in.address, began + TIME))?;
    let (wall, cpu) = (began.elapsed(), stand_in.cpu()?.saturating_sub(cpu_before));
    let answered = u32::try_from(stand_in.counters()?.calls)?;
    let rate = f64::from(answered) / wall.as_secs_f64();
    let each = cpu / answered.max(1);
    println!(
        "the simulator answered {rate:.0} requests a second, {} us of processor time each,",
        each.as_micros()
    );
    println!("while the asking took the rest of {} cores", std::thread::available_parallelism()?);
    Ok(())
}

async fn ask_all(address: &str, until: Instant) -> Result<()> {
    let mut connections = JoinSet::new();
    for number in 0..CONNECTIONS {
        connections.spawn(ask(address.to_owned(), number, until));
    }
    while let Some(ended) = connections.join_next().await {
        ended??;
    }
    Ok(())
}

/// Asks on one connection, one request after another.
async fn ask(address: String, number: usize, until: Instant) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(1 << 16);
    for (service, form) in ASKED.iter().cycle().skip(number) {
        if Instant::now() > until {
            break;
        }
        stream.write_all(&request(service, form)).await?;
        answer(&mut stream, &mut buffer).await?;
    }
    Ok(())
}

fn request(service: &str, form: &str) -> Vec<u8> {
    let scope = format!("{ACCESS_KEY_ID}/20261123/eu-west-1/{service}/aws4_request");
    let head = format!(
        "POST / HTTP/1.1\r\nhost: simulator\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\
         content-length: {}\r\n\r\n",
        form.len()
    );
    [head.as_bytes(), form.as_bytes()].concat()
}

/// Reads one answer to its end.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.clear();
    loop {
        ensure!(stream.read_buf(buffer).await? > 0, "the simulator closed a connection");
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(buffer.get(..end).unwrap_or_default())?;
        ensure!(head.starts_with("HTTP/1.1 200"), "{head}");
        let (_, length) = head.split_once("content-length: ").context("no length")?;
        let length: usize = length.split("\r\n").next().unwrap_or_default().parse()?;
        if buffer.len() >= end + 4 + length {
            return Ok(());
        }
    }
}
