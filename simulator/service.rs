//! The services of the simulator: how each is signed for, spoken to and answered.

use crate::call::Call;
use crate::failure::Failure;
use crate::http::Request;
use crate::value::Value;
use crate::{
    acm, autoscaling, cloudwatch, ec2, elbv2, iam, organizations, plain, servicequotas, sts, tagging,
};

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
    /// JSON, the action in method and path.
    RestJson,
    /// XML, the action in method and path.
    RestXml,
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
    /// Operations that another service has, too: plain answers to them are not this one's.
    pub(crate) shared: &'static [&'static str],
}

impl Service {
    pub(crate) const fn json(name: &'static str, answer: fn(&Call<'_>) -> Result<Value, Failure>) -> Self {
        Self { namespace: "", protocol: Protocol::Json, ..Self::query(name, "", answer) }
    }

    const fn query(
        name: &'static str,
        namespace: &'static str,
        answer: fn(&Call<'_>) -> Result<Value, Failure>,
    ) -> Self {
        Self {
            signing: name,
            prefix: name,
            protocol: Protocol::Query,
            regional: true,
            namespace,
            answer,
            shared: &[],
        }
    }

    /// A service of which nothing is modelled.
    const fn plain(name: &'static str, protocol: Protocol) -> Self {
        Self { protocol, ..Self::query(name, "", plain::nothing) }
    }

    const fn global(self) -> Self {
        Self { regional: false, ..self }
    }
}

/// Every service that is modelled.
static MODELLED: [Service; 10] = [
    Service::query("sts", "https://sts.amazonaws.com/doc/2011-06-15/", sts::answer).global(),
    Service::query("iam", "https://iam.amazonaws.com/doc/2010-05-08/", iam::answer).global(),
    Service {
        shared: &["DescribeLoadBalancers", "DescribeAccountLimits"],
        ..Service::query(
            "elasticloadbalancing",
            "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
            elbv2::answer,
        )
    },
    Service::query("autoscaling", "http://autoscaling.amazonaws.com/doc/2011-01-01/", autoscaling::answer),
    Service {
        protocol: Protocol::Ec2,
        ..Service::query("ec2", "http://ec2.amazonaws.com/doc/2016-11-15/", ec2::answer)
    },
    Service::json("acm", acm::answer),
    Service::json("servicequotas", servicequotas::answer),
    Service { prefix: "tag", ..Service::json("tagging", tagging::answer) },
    Service::json("organizations", organizations::answer).global(),
    Service {
        prefix: "cloudwatch",
        protocol: Protocol::Cbor,
        ..Service::json("monitoring", cloudwatch::answer)
    },
];

/// Load balancers of the classic kind sign as the newer ones do; only the version in their forms differs.
static CLASSIC: Service = Service::query(
    "elasticloadbalancing",
    "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
    plain::nothing,
);
const CLASSIC_VERSION: &[u8] = b"Version=2012-06-01";

/// Every service that only has plain answers.
static PLAIN: [Service; 26] = [
    Service::query(
        "elasticbeanstalk",
        "http://elasticbeanstalk.amazonaws.com/docs/2010-12-01/",
        plain::nothing,
    ),
    Service::query("rds", "http://rds.amazonaws.com/doc/2014-10-31/", plain::nothing),
    Service::query("redshift", "http://redshift.amazonaws.com/doc/2012-12-01/", plain::nothing),
    Service::json("acm-pca", plain::nothing),
    Service::json("apprunner", plain::nothing),
    Service::json("cognito-idp", plain::nothing),
    Service::json("dms", plain::nothing),
    Service::json("ds", plain::nothing),
    Service::json("globalaccelerator", plain::nothing).global(),
    Service::json("lightsail", plain::nothing),
    Service::json("network-firewall", plain::nothing),
    Service::json("redshift-serverless", plain::nothing),
    Service::json("transfer", plain::nothing),
    Service::plain("amplify", Protocol::RestJson),
    Service::plain("apigateway", Protocol::RestJson),
    Service::plain("appsync", Protocol::RestJson),
    Service::plain("eks", Protocol::RestJson),
    Service::plain("es", Protocol::RestJson),
    Service::plain("iot", Protocol::RestJson),
    Service::plain("kafka", Protocol::RestJson),
    Service::plain("rolesanywhere", Protocol::RestJson),
    Service::plain("ses", Protocol::RestJson),
    Service::plain("vpc-lattice", Protocol::RestJson),
    Service {
        namespace: "http://cloudfront.amazonaws.com/doc/2020-05-31/",
        ..Service::plain("cloudfront", Protocol::RestXml).global()
    },
    Service {
        namespace: "https://route53.amazonaws.com/doc/2013-04-01/",
        ..Service::plain("route53", Protocol::RestXml).global()
    },
    Service {
        namespace: "http://s3.amazonaws.com/doc/2006-03-01/",
        answer: plain::no_object,
        ..Service::plain("s3", Protocol::RestXml)
    },
];

/// The service that a request was signed for.
pub(crate) fn signed_for(signing: &str, request: &Request<'_>) -> Option<&'static Service> {
    let service = MODELLED.iter().chain(&PLAIN).find(|service| service.signing == signing)?;
    let body = request.body;
    let classic = signing == CLASSIC.signing
        && body.windows(CLASSIC_VERSION.len()).any(|window| window == CLASSIC_VERSION);
    Some(if classic { &CLASSIC } else { service })
}
