//! A resolver against servers on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::*;

/// A server that knows the names of a table: each is another name of the second, or none if that is empty. It says of
/// all others that it failed.
pub(crate) async fn server(known: &'static [(&'static str, &'static str)]) -> Resolver {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let resolver = Resolver::of(vec![socket.local_addr().unwrap()]);
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            socket.send_to(&answer(&buffer[..length], known), from).await.unwrap();
        }
    });
    resolver
}

fn answer(question: &[u8], known: &[(&str, &str)]) -> Vec<u8> {
    let is_asked = |name: &str| question[12..] == query(0, name).unwrap()[12..];
    let target = known.iter().find(|(name, _)| is_asked(name)).map(|(_, target)| *target);
    let (flags, records) = match target {
        None => (0x8182_u16, Vec::new()),
        Some("") => (0x8183, Vec::new()),
        Some(target) => {
            let name = query(0, target).unwrap();
            let name = &name[12..name.len() - 4];
            let length = u16::try_from(name.len()).unwrap().to_be_bytes();
            (0x8180, [&[0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60][..], &length, name].concat())
        }
    };
    let answers = u16::from(!records.is_empty());
    let head = [flags, 1, answers, 0, 0].map(u16::to_be_bytes).concat();
    [&question[..2], &head, &question[12..], &records].concat()
}

#[tokio::test]
async fn a_name_is_another_one_or_none_or_nobody_knows() {
    let resolver = server(&[("_x.a.example", "_y.acm-validations.aws"), ("_x.gone.example", "")]).await;
    assert_eq!(resolver.cname("_x.a.example.").await, Cname::Of("_y.acm-validations.aws.".into()));
    assert_eq!(resolver.cname("_x.gone.example").await, Cname::Absent);
    assert_eq!(resolver.cname("_x.broken.example").await, Cname::Unknown);
    assert_eq!(resolver.cname("no name").await, Cname::Unknown);
}

#[tokio::test]
async fn a_server_that_is_silent_is_passed_over() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let good = server(&[("_x.a.example", "b.example")]).await;
    let servers = [vec![silent.local_addr().unwrap()], good.servers].concat();
    let resolver = Resolver { patience: Duration::from_millis(100), ..Resolver::of(servers) };
    assert_eq!(resolver.cname("_x.a.example").await, Cname::Of("b.example.".into()));
    let nobody =
        Resolver { patience: Duration::from_millis(50), ..Resolver::of(resolver.servers[..1].to_vec()) };
    assert_eq!(nobody.cname("_x.a.example").await, Cname::Unknown);
}

#[test]
fn a_machine_says_whom_to_ask() {
    let text = "# x\nsearch example\nnameserver 192.0.2.1\n nameserver 2001:db8::1 \nnameserver nonsense\n";
    assert_eq!(servers(text), ["192.0.2.1:53".parse().unwrap(), "[2001:db8::1]:53".parse().unwrap()]);
    assert_eq!(servers(""), ["127.0.0.1:53".parse().unwrap()]);
}
