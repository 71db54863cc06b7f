//! Answers as documents of each protocol, good ones and errors.

use std::time::Duration;

use crate::failure::Spelled;
use crate::http::{Delivery, Reply};
use crate::service::{Protocol, Service};
use crate::value::{Place, Value};
use crate::{cbor, json, xml};

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
    pub(crate) fn success(&self, value: &Value) -> Reply {
        let body = match self.protocol {
            Protocol::Json => json::write(value, self.place).into_bytes(),
            Protocol::Cbor => cbor::write(value, self.place),
            Protocol::Query => self.query(value).into_bytes(),
            Protocol::Ec2 => self.ec2(value).into_bytes(),
        };
        self.reply(200, body)
    }

    /// The answer to a call that is refused.
    pub(crate) fn refusal(&self, error: &Spelled) -> Reply {
        let named = Value::record().with("__type", error.code).with("message", error.message.as_str());
        let body = match self.protocol {
            Protocol::Json => json::write(&named, self.place).into_bytes(),
            Protocol::Cbor => cbor::write(&named, self.place),
            Protocol::Query | Protocol::Ec2 => self.xml_error(error).into_bytes(),
        };
        let mut reply = self.reply(error.status, body);
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

    fn xml_error(&self, error: &Spelled) -> String {
        let (mut inner, id) = (String::new(), self.id);
        xml::element(&mut inner, "Code", error.code);
        xml::element(&mut inner, "Message", &error.message);
        if self.protocol == Protocol::Ec2 {
            return format!(
                "<Response><Errors><Error>{inner}</Error></Errors><RequestID>{id}</RequestID></Response>"
            );
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
            Protocol::Query | Protocol::Ec2 => "content-type: text/xml;charset=UTF-8",
        };
        let headers = format!("{kind}\r\nx-amzn-requestid: {}\r\n", self.id);
        Reply { status, headers, body, delivery: Delivery::Whole, delay: Duration::ZERO }
    }
}

/// Who is to blame for an error.
fn party(status: u16) -> &'static str {
    if status < 500 { "Sender" } else { "Receiver" }
}
