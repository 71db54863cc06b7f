//! Odd certificates and odd texts: each is read, or is an error that names its block.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use chrono::{DateTime, Utc};
use howler_model::{Role, Validity};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, SanType, SerialNumber};

use super::{Body, ReadError, certificates_in_pem, read};

const V1: &str = "-----BEGIN CERTIFICATE-----
MIIBJjCBzQIUdFpphHrvJG4wyKHq/kDlZkSnyC0wCgYIKoZIzj0EAwIwFjEUMBIG
A1UEAwwLb2xkLmV4YW1wbGUwHhcNMjYxMTIzMDk1MDE4WhcNMzYxMTIwMDk1MDE4
WjAWMRQwEgYDVQQDDAtvbGQuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABNVsi8ZLQEAi8P3Qepr0mWTdLFNCCg1bZwNK44wfrUR3s2zzaMUiRyRJ7cpq
LbJ2sv4nl2iBsbZrJnXRNzJt5JowCgYIKoZIzj0EAwIDSAAwRQIhAN/lij6SjRoV
X8IQpSyKsg+OT4DT4+UqrXyMMiCWT/ToAiBYBjS6ukvwS+TR9Ybwl6OqJeaKoCzx
mkiX81hamQM2jw==
-----END CERTIFICATE-----
";

/// The certificate above with OpenSSL's trust settings (`-addtrust serverAuth`) behind it.
const TRUSTED_TAIL: &str = "mkiX81hamQM2jzAMMAoGCCsGAQUFBwMB\n-----END TRUSTED CERTIFICATE-----\n";

fn params(names: &[&str]) -> CertificateParams {
    let mut params =
        CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2026, 12, 31);
    params
}

fn issue(params: CertificateParams) -> rcgen::Certificate {
    params.self_signed(&KeyPair::generate().unwrap()).unwrap()
}

fn der(names: &[&str]) -> Vec<u8> {
    issue(params(names)).der().to_vec()
}

fn replaced(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = der.windows(from.len()).position(|window| window == from).unwrap();
    [&der[..at], to, &der[at + from.len()..]].concat()
}

fn day(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn texts(results: &[Result<Body, super::pem::BlockError>]) -> Vec<String> {
    results
        .iter()
        .map(|result| match result {
            Ok(body) => body.names.join(" "),
            Err(error) => error.to_string(),
        })
        .collect()
}

#[test]
fn every_field_is_read() {
    let mut wanted = params(&["a.example", "*.a.example"]);
    wanted.subject_alt_names.push(SanType::IpAddress("192.0.2.7".parse().unwrap()));
    wanted.subject_alt_names.push(SanType::IpAddress("2001:db8::7".parse().unwrap()));
    wanted.serial_number = Some(SerialNumber::from_slice(&[0x0a, 0xbc, 0xde]));
    wanted.distinguished_name = rcgen::DistinguishedName::new();
    wanted.distinguished_name.push(DnType::OrganizationName, "Example, Inc");
    wanted.distinguished_name.push(DnType::CommonName, "not listed");
    let body = read(issue(wanted).der()).unwrap();
    assert_eq!(body.subject.as_deref(), Some("O=Example\\, Inc, CN=not listed"));
    assert_eq!(body.issuer, body.subject);
    assert!(body.self_issued);
    assert_eq!(body.names, ["a.example", "*.a.example", "192.0.2.7", "2001:db8::7"]);
    assert_eq!(body.serial.as_deref(), Some("0abcde"));
    assert_eq!(body.key.as_deref(), Some("EC-P-256"));
    assert_eq!(body.signature.as_deref(), Some("ecdsa-with-SHA256"));
    assert_eq!(body.role, Role::Leaf);
    let until = Validity::Until {
        not_before: Some(day("2026-01-01T00:00:00Z")),
        not_after: day("2026-12-31T00:00:00Z"),
    };
    assert_eq!(body.validity, until);
}

#[test]
fn the_common_name_counts_only_where_there_are_no_alternative_names() {
    let mut bare = params(&[]);
    bare.distinguished_name.push(DnType::CommonName, "cn.example");
    assert_eq!(read(issue(bare.clone()).der()).unwrap().names, ["cn.example"]);
    bare.subject_alt_names.push(SanType::Rfc822Name("a@b.example".try_into().unwrap()));
    assert_eq!(read(issue(bare).der()).unwrap().names, Vec::<String>::new());
}

#[test]
fn keys_have_their_real_sizes() {
    let name = |algorithm| {
        let key = KeyPair::generate_for(algorithm).unwrap();
        read(params(&["k.example"]).self_signed(&key).unwrap().der()).unwrap().key.unwrap()
    };
    assert_eq!(name(&rcgen::PKCS_ECDSA_P384_SHA384), "EC-P-384");
    assert_eq!(name(&rcgen::PKCS_ECDSA_P521_SHA512), "EC-P-521");
    assert_eq!(name(&rcgen::PKCS_ED25519), "Ed25519");
    assert_eq!(name(&rcgen::PKCS_RSA_SHA256), "RSA-2048");
}

#[test]
fn an_authority_says_so_or_is_too_old_to_say_it() {
    let mut authority = params(&["ca.example"]);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    assert_eq!(read(issue(authority).der()).unwrap().role, Role::Authority);
    let old = certificates_in_pem(V1.as_bytes()).remove(0).unwrap();
    assert_eq!((old.role, old.self_issued), (Role::Authority, true));
    assert_eq!(old.names, ["old.example"]);
    assert_eq!(old.serial.as_deref(), Some("745a69847aef246e30c8a1eafe40e56644a7c82d"));
    assert_eq!(old.sha256.to_string(), "343258899d53df736615d2c4749b6350afe9c28da2dea2088f35af4b27b9fb43");
}

#[test]
fn a_month_13_costs_the_dates_and_nothing_else() {
    let good = der(&["m.example"]);
    let body = read(&replaced(&good, b"261231000000Z", b"261331000000Z")).unwrap();
    assert_eq!(body.validity, Validity::Unknown("its end is not a date: 261331000000Z".into()));
    assert_eq!(body.names, ["m.example"]);
    let body = read(&replaced(&good, b"260101000000Z", b"261301000000Z")).unwrap();
    assert_eq!(body.validity, Validity::Until { not_before: None, not_after: day("2026-12-31T00:00:00Z") });
}

#[test]
fn no_well_defined_end_is_told_apart() {
    let mut endless = params(&["e.example"]);
    endless.not_after = rcgen::date_time_ymd(9999, 12, 31) + std::time::Duration::from_secs(86_399);
    assert_eq!(read(issue(endless).der()).unwrap().validity, Validity::NoExpiry);
}

#[test]
fn hostile_names_are_kept_as_text() {
    let mut hostile = params(&["\u{1b}[31m.example"]);
    hostile.distinguished_name = rcgen::DistinguishedName::new();
    hostile.distinguished_name.push(DnType::CommonName, "a\u{202e}b\n, CN=bank.example");
    let body = read(issue(hostile).der()).unwrap();
    assert_eq!(body.names, ["\u{1b}[31m.example"]);
    assert_eq!(body.subject.as_deref(), Some("CN=a\u{202e}b\n\\, CN=bank.example"));
}

#[test]
fn a_negative_serial_has_a_sign() {
    let mut wanted = params(&["s.example"]);
    wanted.serial_number = Some(SerialNumber::from_slice(&[0x01, 0x02]));
    let negative = replaced(issue(wanted).der(), &[2, 2, 1, 2], &[2, 2, 0xff, 0x01]);
    assert_eq!(read(&negative).unwrap().serial.as_deref(), Some("-ff"));
}

#[test]
fn what_is_cut_or_followed_by_something_is_an_error() {
    let good = der(&["t.example"]);
    let mut tail = good.clone();
    tail.extend(b"xyz");
    assert_eq!(read(&tail), Err(ReadError::TrailingBytes(3)));
    assert_eq!(read(b"hello"), Err(ReadError::NotACertificate));
    assert_eq!(read(b""), Err(ReadError::NotACertificate));
    for end in 0..good.len() {
        assert!(read(&good[..end]).is_err(), "{end}");
    }
    assert_eq!(read(&good[..good.len() - 1]), Err(ReadError::Truncated));
}

#[test]
fn no_changed_byte_makes_it_panic() {
    let good = der(&["p.example"]);
    for at in 0..good.len() {
        for value in [0x00, 0x30, 0x7f, 0x80, 0xff] {
            let mut changed = good.clone();
            changed[at] = value;
            let _ = read(&changed);
        }
    }
}

#[test]
fn nested_tags_do_not_exhaust_the_stack() {
    let mut nested = Vec::new();
    for _ in 0..8_000 {
        let length = u32::try_from(nested.len()).unwrap().to_be_bytes();
        nested = [&[0x30, 0x84][..], &length, &nested].concat();
    }
    assert_eq!(read(&nested), Err(ReadError::NotACertificate));
}

#[test]
fn a_private_key_and_a_request_are_not_certificates() {
    let key = KeyPair::generate().unwrap();
    assert_eq!(read(&key.serialize_der()), Err(ReadError::NotACertificate));
    let request = params(&["r.example"]).serialize_request(&key).unwrap();
    assert_eq!(read(request.der()), Err(ReadError::NotACertificate));
    let both = key.serialize_pem() + &request.pem().unwrap();
    assert_eq!(certificates_in_pem(both.as_bytes()), []);
}

#[test]
fn texts_as_people_keep_them_are_read() {
    let pem = issue(params(&["f.example"])).pem();
    let key = KeyPair::generate().unwrap().serialize_pem();
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let utf16 = |pem: &str| {
        let units = pem.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("plain", pem.clone().into()),
        ("byte order mark", format!("\u{feff}{pem}").into()),
        ("CRLF", pem.replace('\n', "\r\n").into()),
        ("indented", pem.replace('\n', "\n    ").into()),
        ("trailing blanks", pem.replace('\n', "  \n").into()),
        ("junk", format!("subject=CN = x\n\u{0}\n{pem}\nthe end").into()),
        ("key first", format!("{key}{pem}").into()),
        ("old label", pem.replace("CERTIFICATE", "X509 CERTIFICATE").into()),
        ("no newline after the end line", pem.trim_end().into()),
        ("headers", pem.replacen("-----\n", "-----\nProc-Type: 4\n\n", 1).into()),
        ("escaped line ends", pem.replace('\n', "\\n").into()),
        ("bare base64", base64.into()),
        ("UTF-16", utf16(&pem)),
    ];
    for (name, text) in cases {
        assert_eq!(texts(&certificates_in_pem(&text)), ["f.example"], "{name}");
    }
}

#[test]
fn trust_settings_may_follow_a_trusted_certificate_only() {
    let head = V1.rsplit_once("mkiX").unwrap().0;
    let trusted = format!("{head}{TRUSTED_TAIL}").replace("BEGIN CERT", "BEGIN TRUSTED CERT");
    assert_eq!(texts(&certificates_in_pem(trusted.as_bytes())), ["old.example"]);
    let plain = trusted.replace("TRUSTED ", "");
    assert_eq!(
        texts(&certificates_in_pem(plain.as_bytes())),
        ["certificate block 1: 14 bytes after the end of the certificate"]
    );
}

#[test]
fn a_bad_block_hides_no_other_and_is_never_silent() {
    let pem = issue(params(&["g.example"])).pem();
    let broken = "-----BEGIN CERTIFICATE-----\n?!\n-----END CERTIFICATE-----\n";
    let open = "-----BEGIN CERTIFICATE-----\nMIIB\n";
    let glued = pem.trim_end().to_owned() + &pem;
    let bundle =
        format!("{broken}{glued}{open}{pem}-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n{open}");
    let expected = [
        "certificate block 1: the text in the block is not base64",
        "g.example",
        "g.example",
        "certificate block 4: the block has no end line",
        "g.example",
        "certificate block 6: no certificates can be read in this PKCS #7 bundle: try `openssl pkcs7 -print_certs`",
        "certificate block 7: the block has no end line",
    ];
    assert_eq!(texts(&certificates_in_pem(bundle.as_bytes())), expected);
    let empty = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    assert_eq!(
        texts(&certificates_in_pem(empty.as_bytes())),
        ["certificate block 1: not an X.509 certificate"]
    );
}

#[test]
fn a_flood_of_begin_lines_ends() {
    let flood = "-----BEGIN CERTIFICATE-----\n".repeat(300_000);
    let found = certificates_in_pem(flood.as_bytes());
    assert_eq!(found.len(), 10_001);
    assert_eq!(found[10_000].as_ref().unwrap_err().error, ReadError::TooMany(10_000));
}
