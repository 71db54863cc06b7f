//! Servers that speak FTPS, and where clients reach them.

use aws_sdk_transfer::types::{DescribedServer, EndpointType, ListedServer, Protocol, State};
use howler_model::{Binding, Endpoint, Partition, Reason, Resource, Scope, Unseen};

use super::SERVICE;
use crate::aws::AccountRegion;
use crate::aws::listings::of_each::of_each;
use crate::source::Gathered;

pub(super) const DESCRIBE: &str = "transfer:DescribeServer";

/// The tag that holds the name which people gave a server in their own domain.
const NAME_TAGS: [&str; 2] = ["aws:transfer:customHostname", "transfer:customHostname"];

pub(super) async fn gather(at: &AccountRegion, servers: &[ListedServer], gathered: &mut Gathered) {
    let described = of_each(servers, |server| describe(at, server)).await;
    let scope = at.scope(SERVICE);
    for of in gathered.note(None, described).unwrap_or_default() {
        let server = gathered.note(Some(of.parent.arn()), of.answer);
        gathered.facts.bindings.extend(server.and_then(|server| binding(&scope, &server)));
    }
}

async fn describe(at: &AccountRegion, server: &ListedServer) -> Result<DescribedServer, Unseen> {
    let request = at.transfer().describe_server().server_id(server.server_id().unwrap_or_default());
    let answer = at.call(DESCRIBE, || request.clone().send()).await?;
    let words = "the answer has no server in it";
    answer.server.ok_or_else(|| Unseen::new(Reason::Malformed, DESCRIBE, words))
}

/// A server uses its certificate where it speaks FTPS; of other protocols it is a leftover.
fn binding(scope: &Scope, server: &DescribedServer) -> Option<Binding> {
    let certificate = server.certificate().filter(|arn| !arn.is_empty())?;
    if !server.protocols().contains(&Protocol::Ftps) {
        return None;
    }
    let user = Resource {
        scope: scope.clone(),
        kind: "transfer-server",
        id: server.arn().to_owned(),
        name: server.server_id().unwrap_or_default().to_owned(),
    };
    let names: Vec<String> = custom_name(server).map(str::to_owned).into_iter().collect();
    Some(Binding {
        endpoints: host(scope, server).and_then(|host| ftps(&host)).into_iter().collect(),
        private: !is_public(server),
        names,
        ..Binding::new(certificate, user)
    })
}

/// Whether addresses of the internet lead to it.
fn is_public(server: &DescribedServer) -> bool {
    let elastic =
        server.endpoint_details().is_some_and(|details| !details.address_allocation_ids().is_empty());
    server.endpoint_type() == Some(&EndpointType::Public) || elastic
}

fn custom_name(server: &DescribedServer) -> Option<&str> {
    let tag = server.tags().iter().find(|tag| NAME_TAGS.contains(&tag.key()));
    tag.map(|tag| tag.value()).filter(|name| !name.is_empty())
}

/// The name that clients have for it: its own, or the one that AWS gives to servers that the internet reaches. One
/// inside of a network has the name of its VPC endpoint, which is not told. None of a server that is not up.
fn host(scope: &Scope, server: &DescribedServer) -> Option<String> {
    if server.state() != Some(&State::Online) {
        return None;
    }
    let given = || {
        let id = server.server_id().filter(|_| is_public(server))?;
        let domain = match scope.partition()? {
            Partition::AwsCn => "amazonaws.com.cn",
            Partition::AwsEusc => "amazonaws.eu",
            Partition::Aws | Partition::AwsUsGov => "amazonaws.com",
        };
        Some(format!("{id}.server.transfer.{}.{domain}", scope.region()?))
    };
    custom_name(server).map(str::to_owned).or_else(given)
}

/// FTPS as Transfer speaks it: plain FTP first, then TLS (port 21 says so).
fn ftps(host: &str) -> Option<Endpoint> {
    format!("ftp://{host}:21").parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_transfer::types::builders::DescribedServerBuilder;
    use aws_sdk_transfer::types::{EndpointDetails, Tag};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn server() -> DescribedServerBuilder {
        DescribedServer::builder()
            .arn("arn:s")
            .server_id("s-1")
            .certificate("arn:c")
            .state(State::Online)
            .endpoint_type(EndpointType::Vpc)
            .protocols(Protocol::Sftp)
            .protocols(Protocol::Ftps)
    }

    fn elastic() -> EndpointDetails {
        EndpointDetails::builder().address_allocation_ids("eipalloc-1").build()
    }

    fn tag(key: &str) -> Tag {
        Tag::builder().key(key).value("ftp.shop.example").build().unwrap()
    }

    fn bound(server: DescribedServerBuilder) -> Option<Binding> {
        binding(&somewhere("transfer"), &server.build().unwrap())
    }

    fn endpoints(server: DescribedServerBuilder) -> Vec<String> {
        bound(server).unwrap().endpoints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_server_binds_its_certificate_where_it_speaks_ftps() {
        let binding = bound(server()).unwrap();
        assert_eq!((binding.certificate.as_str(), binding.user.id.as_str()), ("arn:c", "arn:s"));
        assert_eq!(binding.user.kind, "transfer-server");
        assert_eq!(bound(server().set_protocols(Some(vec![Protocol::Sftp]))), None);
        assert_eq!(bound(server().set_certificate(None)), None);
    }

    #[test]
    fn it_is_reached_by_its_own_name_or_by_that_of_aws_from_the_internet() {
        let given = ["s-1.server.transfer.eu-west-1.amazonaws.com:21"];
        assert_eq!(endpoints(server().endpoint_details(elastic())), given);
        assert!(!bound(server().endpoint_details(elastic())).unwrap().private);
        assert!(endpoints(server()).is_empty() && bound(server()).unwrap().private);
        for key in NAME_TAGS {
            let named = server().tags(tag(key));
            assert_eq!(endpoints(named.clone()), ["ftp.shop.example:21"]);
            assert_eq!(bound(named).unwrap().names, ["ftp.shop.example"]);
        }
        assert!(endpoints(server().tags(tag("Name"))).is_empty());
        let offline = server().tags(tag(NAME_TAGS[0])).state(State::Offline);
        assert!(endpoints(offline.clone()).is_empty() && bound(offline).is_some());
    }
}
