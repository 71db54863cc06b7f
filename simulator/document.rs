//! Answers as documents of each protocol, good ones and errors.

use std::time::Duration;

use crate::failure::Spelled;
use crate::http::{Delivery, Reply};
use crate::service::{Protocol, Service};
use crate::value::{Place, Value};
use crate::{cbor, json, rest, xml};

/// What an answer says.
pub(crate) enum Content {
    /// A tree that each protocol writes in its own way.
    Tree(Value),
    /// A whole document.
    Written(Vec<u8>),
}

impl From<Value> for Content {
    fn from(value: Value) -> Self {
        Self::Tree(value)
    }
}

/// What a document needs to know of the request that it answers.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    pub(crate) service: &'static Service,
    pub(crate) protocol: Protocol,
    pub(crate) action: &'a str,
    pub(crate) place: Place<'a>,
    /// The id of the request.
    pub(crate) id: &'a str,
}

impl Document<'_> {
    /// The answer to a call that went well.
    pub(crate) fn success(&self, content: Content) -> Reply {
        match content {
            Content::Tree(value) => self.reply(200, self.write(&value)),
            Content::Written(body) => self.reply(200, body),
        }
    }

    fn write(&self, value: &Value) -> Vec<u8> {
        match self.protocol {
            Protocol::Json | Protocol::RestJson => json::write(value, self.place).into_bytes(),
            Protocol::Cbor => cbor::write(value, self.place),
            Protocol::Query => self.query(value).into_bytes(),
            Protocol::Ec2 => self.ec2(value).into_bytes(),
            Protocol::RestXml => self.rest(value).into_bytes(),
        }
    }

    /// The answer to a call that is refused.
    pub(crate) fn refusal(&self, error: &Spelled) -> Reply {
        let named = Value::record().with("__type", error.code).with("message", error.message.as_str());
        let body = match self.protocol {
            Protocol::Json | Protocol::RestJson => json::write(&named, self.place).into_bytes(),
            Protocol::Cbor => cbor::write(&named, self.place),
            Protocol::Query | Protocol::Ec2 | Protocol::RestXml => self.xml_error(error).into_bytes(),
        };
        let mut reply = self.reply(error.status, body);
        if self.protocol == Protocol::RestJson {
            reply.headers.push_str(&format!("x-amzn-errortype: {}\r\n", error.code));
        }
        if self.service.protocol == Protocol::Cbor {
            let (code, party) = (error.code, party(error.status));
            reply.headers.push_str(&format!("x-amzn-query-error: {code};{party}\r\n"));
        }
        reply
    }

    fn query(&self, value: &Value) -> String {
        let (action, namespace, id) = (self.action, self.service.namespace, self.id);
        let mut out = format!("<{action}Response xmlns=\"{namespace}\">");
        xml::write(&mut out, &format!("{action}Result"), value, "member", self.place);
        let end =
            format!("<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{action}Response>");
        out.push_str(&end);
        out
    }

    fn ec2(&self, value: &Value) -> String {
        let (action, namespace, id) = (self.action, self.service.namespace, self.id);
        let mut out = format!("<{action}Response xmlns=\"{namespace}\"><requestId>{id}</requestId>");
        xml::write_fields(&mut out, value, "item", self.place);
        out.push_str(&format!("</{action}Response>"));
        out
    }

    fn rest(&self, value: &Value) -> String {
        let (root, namespace) = (rest::root(self.service.prefix, self.action), self.service.namespace);
        let mut out = format!("<{root} xmlns=\"{namespace}\">");
        xml::write_fields(&mut out, value, "member", self.place);
        out.push_str(&format!("</{root}>"));
        out
    }

    fn xml_error(&self, error: &Spelled) -> String {
        let (mut inner, id) = (String::new(), self.id);
        xml::element(&mut inner, "Code", error.code);
        xml::element(&mut inner, "Message", &error.message);
        if self.protocol == Protocol::Ec2 {
            return format!(
                "<Response><Errors><Error>{inner}</Error></Errors><RequestID>{id}</RequestID></Response>"
            );
        }
        if self.service.prefix == "s3" {
            return format!("<Error>{inner}<RequestId>{id}</RequestId></Error>");
        }
        let party = party(error.status);
        format!(
            "<ErrorResponse><Error><Type>{party}</Type>{inner}</Error><RequestId>{id}</RequestId></ErrorResponse>"
        )
    }

    fn reply(&self, status: u16, body: Vec<u8>) -> Reply {
        let kind = match self.protocol {
            Protocol::Json => "content-type: application/x-amz-json-1.1",
            Protocol::Cbor => "content-type: application/cbor\r\nsmithy-protocol: rpc-v2-cbor",
            Protocol::RestJson => "content-type: application/json",
            Protocol::Query | Protocol::Ec2 | Protocol::RestXml => "content-type: text/xml;charset=UTF-8",
        };
        let headers = format!("{kind}\r\nx-amzn-requestid: {}\r\n", self.id);
        Reply { status, headers, body, delivery: Delivery::Whole, delay: Duration::ZERO }
    }
}

/// Who is to blame for an error.
fn party(status: u16) -> &'static str {
    if status < 500 { "Sender" } else { "Receiver" }
}
