//! Endpoints as `howler scan` asks them: mail servers, old servers, servers with two keys, and what they answer
//! instead.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};

use crate::harness::{Authority, Document, Ran, TlsServer, howler};

fn scan(authority: &Authority, endpoint: &str, format: &str) -> Ran {
    let trust = authority.path();
    let args = ["scan", "--endpoint", endpoint, "--endpoint-timeout", "3", "--format", format];
    howler(&args).args(&["--trust", trust.to_str().unwrap()]).run()
}

fn document(authority: &Authority, endpoint: &str, code: i32) -> Document {
    scan(authority, endpoint, "json").exits(code).document()
}

/// The checks that failed, each once for each finding.
fn failed(document: &Document) -> Vec<&str> {
    let failed = document.findings().iter().filter(|finding| finding["status"] == "fail");
    failed.map(|finding| finding["check"].as_str().unwrap()).collect()
}

/// A mail server that greets with these lines and begins TLS by another server.
fn mail_server(greeting: &'static str, behind: Option<String>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _gone = serve(stream.unwrap(), greeting, behind.as_deref());
        }
    });
    port
}

fn serve(mut stream: TcpStream, greeting: &str, behind: Option<&str>) -> io::Result<()> {
    stream.write_all(greeting.as_bytes())?;
    let mut reader = BufReader::new(stream.try_clone()?);
    for (heard, said) in [("EHLO localhost\r\n", "250 STARTTLS\r\n"), ("STARTTLS\r\n", "220 go\r\n")] {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line != heard {
            return Ok(());
        }
        stream.write_all(said.as_bytes())?;
    }
    let Some(address) = behind else { return Ok(()) };
    let (mut there, mut back) = (TcpStream::connect(address)?, stream);
    let mut answers = there.try_clone()?;
    let answering = thread::spawn(move || {
        let _gone = io::copy(&mut answers, &mut back);
        back.shutdown(Shutdown::Both)
    });
    let _gone = io::copy(&mut reader, &mut there);
    let _gone = there.shutdown(Shutdown::Both);
    let _gone = answering.join();
    Ok(())
}

#[test]
fn the_certificate_of_a_mail_server_is_judged() {
    let authority = Authority::new();
    let server = TlsServer::start(&authority.sign("mail.example", -3), &[]);
    let behind = server.endpoint("").trim_end_matches('#').to_owned();
    let endpoint =
        format!("smtp://127.0.0.1:{}#mail.example", mail_server("220 mail.example\r\n", Some(behind)));
    let document = document(&authority, &endpoint, 1);
    assert_eq!(failed(&document), ["certificate-expiry"]);
    assert_eq!(document.scope(None, "tls")["target"], endpoint.as_str());
    let finding = document.of_check("certificate-expiry").next().unwrap();
    assert_eq!(finding["resource"]["id"], endpoint.as_str());
}

#[test]
fn what_a_server_says_instead_is_told_and_harmless() {
    let authority = Authority::new();
    let greeting = "554 \u{1b}]0;owned\u{7} <b>go</b> \u{202e}away\r\n";
    let endpoint = format!("smtp://127.0.0.1:{}", mail_server(greeting, None));
    let document = document(&authority, &endpoint, 3);
    let gap = &document.scope(None, "tls")["gaps"][0];
    assert_eq!(gap["code"], "starttls-refused");
    for format in ["table", "json", "ndjson"] {
        let told = scan(&authority, &endpoint, format).exits(3).stdout;
        assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{format}: {told}");
    }
}

#[test]
fn old_servers_are_judged_by_their_certificate() {
    let authority = Authority::new();
    for options in [
        &["-tls1", "-cipher", "ALL@SECLEVEL=0"][..],
        &["-tls1_1", "-cipher", "ALL@SECLEVEL=0"],
        &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
    ] {
        let good = TlsServer::start(&authority.sign("old.example", 80), options);
        let (good, over) = (document(&authority, &good.endpoint("old.example"), 0), {
            let server = TlsServer::start(&authority.sign("old.example", -1), options);
            document(&authority, &server.endpoint("old.example"), 1)
        });
        assert_eq!((failed(&good), failed(&over)), (vec![], vec!["certificate-expiry"]), "{options:?}");
        assert_eq!(good.scope(None, "tls")["status"], "ok");
    }
}

#[test]
fn the_worse_certificate_of_two_keys_counts() {
    let authority = Authority::new();
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let mut params = CertificateParams::new(vec!["both.example".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    params.not_before = rcgen::date_time_ymd(2019, 1, 1);
    let second = authority.folder().join("second.pem");
    fs::write(&second, params.self_signed(&key).unwrap().pem() + &key.serialize_pem()).unwrap();
    let second = second.to_str().unwrap();
    for version in ["-tls1_2", "-tls1_3"] {
        let options = [version, "-dcert", second, "-dkey", second];
        let server = TlsServer::start(&authority.sign("both.example", 80), &options);
        let document = document(&authority, &server.endpoint("both.example"), 1);
        assert!(failed(&document).contains(&"certificate-expiry"), "{version}: {:?}", failed(&document));
    }
}

#[test]
fn odd_spellings_of_addresses_are_refused_before_anything_is_asked() {
    let authority = Authority::new();
    for endpoint in ["2130706433:443", "0x7f.1:443", "0177.0.0.1:443", "gopher://127.0.0.1:70"] {
        let ran = scan(&authority, endpoint, "json").exits(2);
        assert!(ran.stderr.contains("is not an endpoint"), "{}", ran.stderr);
    }
}

#[test]
fn metadata_services_are_never_asked() {
    let document = document(&Authority::new(), "169.254.169.254:443", 3);
    assert_eq!(document.scope(None, "tls")["gaps"][0]["code"], "refused-by-policy");
}
