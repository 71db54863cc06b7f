//! The servers that are asked, in a process of their own, so that their work is not counted as a client's: each on an
//! address of 127.0.0.0/8 of its own, all on one port.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::NoServerSessionStorage;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::process;

/// Asks this program to be the servers.
pub(crate) const ARGUMENT: &str = "--serve";

/// What a server does with those who come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// TLS 1.3 with an ECDSA certificate of its own.
    Tls,
    /// The same, but each twentieth says nothing.
    SomeSilent,
    /// Says nothing and waits.
    Silent,
    /// Begins a handshake, a byte a second.
    Dripping,
}

impl Manner {
    const ALL: [(&str, Self); 4] = [
        ("tls", Self::Tls),
        ("some-silent", Self::SomeSilent),
        ("silent", Self::Silent),
        ("dripping", Self::Dripping),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, manner)| *manner == self).map_or("", |(name, _)| name)
    }

    fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, manner)| *manner).with_context(|| format!("no manner '{name}'"))
    }

    /// That of one of the servers.
    fn of(self, number: u32) -> Self {
        match self {
            Self::SomeSilent if number.is_multiple_of(20) => Self::Silent,
            Self::SomeSilent => Self::Tls,
            other => other,
        }
    }
}

/// Running servers, until they are dropped.
pub(crate) struct Servers {
    process: Child,
    /// The authority that signed all certificates.
    pub(crate) authority: PathBuf,
    pub(crate) addresses: Vec<SocketAddr>,
    /// Those that show a certificate.
    pub(crate) talking: usize,
}

impl Servers {
    /// So many servers; their authority is written into a folder.
    pub(crate) fn start(manner: Manner, count: u32, folder: &Path) -> Result<Self> {
        let authority = folder.join("authority.pem");
        let mut command = Command::new(std::env::current_exe()?);
        command.args([ARGUMENT, manner.name(), &count.to_string()]).arg(&authority);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut line)?;
        let port: u16 = line.trim().parse().context("the servers did not start")?;
        let addresses = (0..count).map(|number| SocketAddr::from((address(number), port))).collect();
        let talking = (0..count).filter(|number| manner.of(*number) == Manner::Tls).count();
        Ok(Self { process, authority, addresses, talking })
    }

    /// The processor time that they have used so far.
    pub(crate) fn cpu(&self) -> Result<process::Cpu> {
        process::cpu_of(self.process.id())
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // Its standard input ends; if that is not enough, it is killed. There is nothing to do if it has gone.
        drop(self.process.stdin.take());
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

/// 127.1.0.1 and so on, without a last octet of 0 or 255.
fn address(number: u32) -> Ipv4Addr {
    let [.., high, low] = (number / 250).to_be_bytes();
    let last = u8::try_from(number % 250).unwrap_or(0);
    Ipv4Addr::new(127, high + 1, low, last + 1)
}

/// Is the servers until standard input ends: `MANNER COUNT PATH`.
pub(crate) fn serve(arguments: &[String]) -> Result<()> {
    let [manner, count, path] = arguments else { bail!("MANNER COUNT PATH are expected") };
    let (manner, count) = (Manner::named(manner)?, count.parse()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let port = listen_all(manner, count, Path::new(path)).await?;
        println!("{port}");
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
        Ok(())
    })
}

/// Every server listens by the time that this gives the port.
async fn listen_all(manner: Manner, count: u32, authority: &Path) -> Result<u16> {
    let issuer = issuer()?;
    fs::write(authority, issuer.pem())?;
    let mut port = 0;
    for number in 0..count {
        let there = SocketAddr::from((address(number), port));
        let listener = TcpListener::bind(there).await.with_context(|| format!("no server at {there}"))?;
        port = listener.local_addr()?.port();
        match manner.of(number) {
            Manner::Tls => {
                let acceptor = TlsAcceptor::from(Arc::new(identity(number, &issuer)?));
                tokio::spawn(each_client(listener, move |stream| greet(acceptor.clone(), stream)));
            }
            Manner::Dripping => drop(tokio::spawn(each_client(listener, drip))),
            Manner::Silent | Manner::SomeSilent => drop(tokio::spawn(each_client(listener, wait))),
        }
    }
    ensure!(port != 0, "no servers are asked for");
    Ok(port)
}

async fn each_client<F: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    serve: impl Fn(TcpStream) -> F,
) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    }
}

async fn greet(acceptor: TlsAcceptor, stream: TcpStream) {
    if let Ok(mut stream) = acceptor.accept(stream).await {
        let _closed = stream.read(&mut [0; 16]).await;
    }
}

async fn wait(mut stream: TcpStream) {
    while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {}
}

/// A record of 16 kB that holds a hello of a server, of which nobody sees the end.
async fn drip(mut stream: TcpStream) {
    for byte in [22, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc, 3, 3].into_iter().chain(std::iter::repeat(7)) {
        if stream.write_all(&[byte]).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn issuer() -> Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "authority of the benchmark");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

/// The certificate `certificate-00042`, as clients find it. Resumption would only cost the server time.
fn identity(number: u32, issuer: &CertifiedIssuer<'static, KeyPair>) -> Result<ServerConfig> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, format!("certificate-{number:05}"));
    params.subject_alt_names.push(SanType::IpAddress(address(number).into()));
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}
