//! The services of the simulator: how each is signed for, spoken to and answered.

use crate::call::Call;
use crate::failure::Failure;
use crate::value::Value;
use crate::{acm, autoscaling, cloudwatch, ec2, elbv2, iam, organizations, servicequotas, sts, tagging};

/// How requests and answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Forms in, XML out, lists of `member`.
    Query,
    /// Forms in, XML out, lists of `item`.
    Ec2,
    /// JSON 1.1, the action in `X-Amz-Target`.
    Json,
    /// Smithy RPC v2 CBOR, the action in the path.
    Cbor,
}

/// One service.
pub(crate) struct Service {
    /// The name in the scope of a signature.
    pub(crate) signing: &'static str,
    /// The name in IAM actions.
    pub(crate) prefix: &'static str,
    pub(crate) protocol: Protocol,
    /// Whether each region has its own resources.
    pub(crate) regional: bool,
    /// The XML namespace of its answers.
    pub(crate) namespace: &'static str,
    pub(crate) answer: fn(&Call<'_>) -> Result<Value, Failure>,
}

impl Service {
    const fn json(name: &'static str, answer: fn(&Call<'_>) -> Result<Value, Failure>) -> Self {
        Self { signing: name, prefix: name, protocol: Protocol::Json, regional: true, namespace: "", answer }
    }

    const fn query(
        name: &'static str,
        namespace: &'static str,
        answer: fn(&Call<'_>) -> Result<Value, Failure>,
    ) -> Self {
        Self { signing: name, prefix: name, protocol: Protocol::Query, regional: true, namespace, answer }
    }
}

/// Every service that answers.
pub(crate) static SERVICES: [Service; 10] = [
    Service {
        regional: false,
        ..Service::query("sts", "https://sts.amazonaws.com/doc/2011-06-15/", sts::answer)
    },
    Service {
        regional: false,
        ..Service::query("iam", "https://iam.amazonaws.com/doc/2010-05-08/", iam::answer)
    },
    Service::query(
        "elasticloadbalancing",
        "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        elbv2::answer,
    ),
    Service::query("autoscaling", "http://autoscaling.amazonaws.com/doc/2011-01-01/", autoscaling::answer),
    Service {
        protocol: Protocol::Ec2,
        ..Service::query("ec2", "http://ec2.amazonaws.com/doc/2016-11-15/", ec2::answer)
    },
    Service::json("acm", acm::answer),
    Service::json("servicequotas", servicequotas::answer),
    Service { prefix: "tag", ..Service::json("tagging", tagging::answer) },
    Service { regional: false, ..Service::json("organizations", organizations::answer) },
    Service {
        prefix: "cloudwatch",
        protocol: Protocol::Cbor,
        ..Service::json("monitoring", cloudwatch::answer)
    },
];

/// The service that a signature names.
pub(crate) fn signed_for(signing: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.signing == signing)
}
