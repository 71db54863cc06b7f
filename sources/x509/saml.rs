//! The certificates that a SAML identity provider signs with, out of its metadata (SAML 2.0 metadata, section 2.4).
//!
//! The document is read token by token: no entity is expanded, nothing is fetched, no tree is built.

use xmlparser::{ElementEnd, StrSpan, Token, Tokenizer};

use super::body::{Body, ReadError, read};
use super::pem::der;

const PROVIDER: &str = "IDPSSODescriptor";
const KEY: &str = "KeyDescriptor";
const CERTIFICATE: &str = "X509Certificate";

/// Line ends as some providers write them inside the base64.
const LINE_ENDS: [&str; 4] = ["&#13;", "&#10;", "&#xD;", "&#xA;"];

/// The certificates of the keys that an identity provider signs with, in order, each read or with its error. Keys
/// for encryption, and what the metadata itself is signed with, are passed over.
///
/// A document that is cut off or no XML ends with an error; empty if it is whole and names no such certificate.
#[must_use]
pub(crate) fn signing_certificates(metadata: &str) -> Vec<Result<Body, ReadError>> {
    let mut walk = Walk::default();
    let whole = Tokenizer::from(metadata).all(|token| token.map(|token| walk.take(&token)).is_ok());
    if !(whole && walk.open.is_empty()) {
        walk.found.push(Err(ReadError::NotMetadata));
    }
    walk.found
}

/// An element that has begun.
struct Open<'a> {
    name: &'a str,
    /// It says that its key is for encryption only.
    encrypts: bool,
}

#[derive(Default)]
struct Walk<'a> {
    open: Vec<Open<'a>>,
    /// The text of the certificate that is being read.
    text: Option<String>,
    found: Vec<Result<Body, ReadError>>,
}

impl<'a> Walk<'a> {
    fn take(&mut self, token: &Token<'a>) {
        match token {
            Token::ElementStart { local, .. } => {
                self.open.push(Open { name: local.as_str(), encrypts: false });
            }
            Token::Attribute { local, value, .. } => self.attribute(local, value),
            Token::ElementEnd { end: ElementEnd::Open, .. } => {
                self.text = self.signs().then(String::new);
            }
            Token::ElementEnd { .. } => self.close(),
            Token::Text { text } | Token::Cdata { text, .. } => {
                if let Some(so_far) = &mut self.text {
                    so_far.push_str(text.as_str());
                }
            }
            _ => {}
        }
    }

    fn attribute(&mut self, name: &StrSpan<'_>, value: &StrSpan<'_>) {
        if let Some(element) = self.open.last_mut() {
            element.encrypts |= name.as_str() == "use" && value.as_str() == "encryption";
        }
    }

    /// Whether the innermost element is a certificate of a key that an identity provider signs with.
    fn signs(&self) -> bool {
        let inside = |name| self.open.iter().any(|element| element.name == name);
        self.open.last().is_some_and(|element| element.name == CERTIFICATE)
            && inside(PROVIDER)
            && inside(KEY)
            && !self.open.iter().any(|element| element.encrypts)
    }

    fn close(&mut self) {
        self.open.pop();
        if let Some(text) = self.text.take() {
            let text = LINE_ENDS.iter().fold(text, |text, end| text.replace(end, ""));
            self.found.push(der(&text).and_then(|der| read(&der)));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    /// The base64 of a certificate in lines.
    fn certificate(name: &str) -> String {
        let key = KeyPair::generate().unwrap();
        let pem = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap().pem();
        pem.lines().filter(|line| !line.starts_with('-')).map(|line| format!("  {line}\n")).collect()
    }

    fn key(usage: &str, certificates: &str) -> String {
        format!(
            "<md:KeyDescriptor{usage}><ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        )
    }

    fn element(base64: &str) -> String {
        format!("<ds:X509Certificate>\n{base64}</ds:X509Certificate>")
    }

    fn provider(inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><md:EntityDescriptor xmlns:md=\"urn:m\" entityID=\"a&amp;b\"><md:IDPSSODescriptor>{inside}</md:IDPSSODescriptor></md:EntityDescriptor>"
        )
    }

    fn names(metadata: &str) -> Vec<String> {
        let name = |found: Result<Body, ReadError>| match found {
            Ok(body) => body.names.join(" "),
            Err(error) => error.to_string(),
        };
        signing_certificates(metadata).into_iter().map(name).collect()
    }

    #[test]
    fn every_key_to_sign_with_is_read_and_no_key_to_encrypt_with() {
        let (old, new) = (element(&certificate("old.example")), element(&certificate("new.example")));
        let both = element(&certificate("both.example"));
        let keys = key(" use=\"signing\"", &format!("{old}{new}"))
            + &key(" use='encryption'", &element(&certificate("secret.example")))
            + &key("", &both);
        assert_eq!(names(&provider(&keys)), ["old.example", "new.example", "both.example"]);
    }

    #[test]
    fn the_prefix_does_not_matter_and_line_ends_may_be_written_out() {
        let base64 = certificate("a.example").replace('\n', "&#13;\n");
        let plain = provider(&key("", &element(&base64))).replace("md:", "").replace("ds:", "");
        assert_eq!(names(&plain), ["a.example"]);
        let data = element(&format!("<![CDATA[{}]]>", certificate("c.example")));
        assert_eq!(names(&provider(&key("", &format!("<!-- {data} -->{data}")))), ["c.example"]);
    }

    #[test]
    fn what_signs_the_metadata_or_belongs_to_others_is_passed_over() {
        let other = element(&certificate("x.example"));
        let signature = format!(
            "<ds:Signature><ds:KeyInfo><ds:X509Data>{other}</ds:X509Data></ds:KeyInfo></ds:Signature>"
        );
        assert_eq!(names(&provider(&signature)), [""; 0]);
        let service = provider(&key("", &other)).replace("IDPSSO", "SPSSO");
        assert_eq!(names(&service), [""; 0]);
    }

    #[test]
    fn what_cannot_be_read_is_told_and_hides_nothing() {
        let good = element(&certificate("a.example"));
        let keys = key("", &format!("{}{good}{}", element("?!"), element("MIIB")));
        let expected = ["the text in the block is not base64", "a.example", "the certificate is cut off"];
        assert_eq!(names(&provider(&keys)), expected);
        let whole = provider(&key("", &good));
        let cut = whole.split_at(whole.len() - 30).0;
        assert_eq!(names(cut), ["a.example", "not SAML metadata, or cut off"]);
        assert_eq!(names("hello"), ["not SAML metadata, or cut off"]);
    }

    #[test]
    fn entities_are_not_expanded() {
        let entity = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>";
        let keys = provider(&key("", &element("&e;")));
        let metadata = keys.replace("?>", &format!("?>{entity}"));
        assert_eq!(names(&metadata), ["the text in the block is not base64"]);
    }
}
