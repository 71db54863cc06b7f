//! What is said in plain text before TLS begins on the same connection: no more than each protocol needs for it.
//!
//! Anybody may answer, so each answer has to be the expected one, and lines and messages end somewhere.

mod binary;
mod lines;
mod xmpp;

use howler_model::StartTls;

use super::failure::Failure;
use super::wire::Wire;

/// Leads a connection to where TLS begins; `name` is the server that is wanted, where a protocol asks for it.
pub(super) async fn begin(wire: &mut Wire, protocol: StartTls, name: &str) -> Result<(), Failure> {
    match protocol {
        StartTls::Smtp => lines::smtp(wire).await,
        StartTls::Imap => lines::imap(wire).await,
        StartTls::Pop3 => lines::pop3(wire).await,
        StartTls::Ftp => lines::ftp(wire).await,
        StartTls::Ldap => binary::ldap(wire).await,
        StartTls::Postgres => binary::postgres(wire).await,
        StartTls::Mysql => binary::mysql(wire).await,
        StartTls::Tds => binary::tds(wire).await,
        StartTls::Xmpp => xmpp::xmpp(wire, name).await,
    }
}
