//! One region of one account as sources see it: clients on demand, and every listing asked once.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use chrono::{DateTime, Utc};
use howler_model::{AccountId, Partition, Reason, Region, Resource, Scope, Service, Unseen};
use tokio::sync::OnceCell;

use super::closed::Closed;
use super::files::Files;
use super::paging::{Paging, Turn};
use super::places::Place;
use super::watch::Watch;
use super::wire::Wire;
use super::{Listing, Page};

/// One region of one account, or the place of its global services.
pub struct AccountRegion {
    pub(super) partition: Partition,
    pub(super) account: AccountId,
    /// Where its resources are: a region, or [`Region::GLOBAL`].
    pub(super) region: Region,
    /// The region that calls go to.
    pub(super) called: String,
    /// Credentials, and the region that calls go to.
    pub(super) config: SdkConfig,
    pub(super) now: DateTime<Utc>,
    pub(super) bodies: bool,
    pub(super) files: Files,
    pub(super) ports: Arc<[u16]>,
    pub(super) wire: Wire,
    pub(super) closed: Closed,
    pub(super) clients: Clients,
    /// Held for as long as the place is.
    pub(super) _entered: Option<Place>,
    pub(super) listings: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl AccountRegion {
    /// The account.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The region, or [`Region::GLOBAL`].
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The partition of the account.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The time that counts as now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Whether bodies of certificates are wanted where they cost a call each.
    #[must_use]
    pub fn wants_bodies(&self) -> bool {
        self.bodies
    }

    /// Ports of addresses that are found without one.
    #[must_use]
    pub fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// The scope of a service here.
    #[must_use]
    pub fn scope(&self, service: Service) -> Scope {
        Scope::aws(self.partition, self.account.clone(), self.region.clone(), service)
    }

    /// A resource of a service here.
    pub(crate) fn resource(
        &self,
        service: Service,
        kind: &'static str,
        id: impl Into<String>,
        name: impl Into<String>,
    ) -> Resource {
        Resource { scope: self.scope(service), kind, id: id.into(), name: name.into() }
    }

    /// How the ARNs of a service begin here: up to the account.
    pub(crate) fn arn(&self, service: &Service) -> String {
        format!("arn:{}:{service}:{}:{}", self.partition, self.region, self.account)
    }

    /// A whole listing, asked once here however many sources and quotas read it.
    pub(crate) async fn list<L: Listing>(&self) -> Result<Arc<[L::Item]>, Unseen> {
        let cell = self.cell::<Result<Arc<[L::Item]>, Unseen>>(TypeId::of::<L>());
        cell.get_or_init(async || L::ask(self).await.map(Arc::from)).await.clone()
    }

    /// The one cell of a listing; whoever comes first fills it.
    fn cell<T: Send + Sync + 'static>(&self, listing: TypeId) -> Arc<OnceCell<T>> {
        let mut cells = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh: Arc<dyn Any + Send + Sync> = Arc::new(OnceCell::<T>::new());
        let cell = Arc::clone(cells.entry(listing).or_insert(fresh));
        // One listing has one item type, so that the downcast holds; an unshared cell would only ask again.
        cell.downcast().unwrap_or_default()
    }

    /// One call, at AWS's pace, tried again while that can help.
    ///
    /// # Errors
    /// What kept the answer away in the end; where a policy of the organisation closes the region, what kept others.
    pub(crate) async fn call<T, E, F>(&self, action: &'static str, ask: impl Fn() -> F) -> Result<T, Unseen>
    where
        E: StdError + ProvideErrorMetadata + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        if let Some(unasked) = self.closed.unasked(action) {
            return Err(unasked);
        }
        let answer = self.wire.call(&self.called, action, ask).await;
        self.closed.learn(action, &answer);
        answer.map_err(|unseen| self.closed.absent(unseen))
    }

    /// The file at the pre-signed address that an action has just given.
    ///
    /// # Errors
    /// What kept it away in the end. The address is a credential as long as it lives and stands in no error.
    pub(crate) async fn file(&self, action: &'static str, address: Option<&str>) -> Result<Vec<u8>, Unseen> {
        let Some(address) = address.filter(|address| self.files.may_be_asked(address)) else {
            return Err(Unseen::new(Reason::Malformed, action, "the answer has no address of a file in it"));
        };
        self.wire.call(&self.called, action, || self.files.get(address)).await
    }

    /// All pages of a listing, in order.
    ///
    /// # Errors
    /// What kept one page away, a loop of tokens too: half a listing is no listing.
    pub(crate) async fn pages<I, E, F>(
        &self,
        action: &'static str,
        ask: impl Fn(Option<String>) -> F,
    ) -> Result<Vec<I>, Unseen>
    where
        E: StdError + ProvideErrorMetadata + 'static,
        F: Future<Output = Result<Page<I>, SdkError<E, HttpResponse>>>,
    {
        let (mut items, mut paging) = (Vec::new(), Paging::default());
        loop {
            let page = self.call(action, || ask(paging.token.clone())).await?;
            items.extend(page.items);
            match paging.turn(action, page.next)? {
                Turn::Next => {}
                Turn::Anew => items.clear(),
                Turn::End => return Ok(items),
            }
        }
    }
}

impl fmt::Debug for AccountRegion {
    /// Without the configuration, which can reach credentials.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "AccountRegion({}/{})", self.account, self.region)
    }
}

/// A client of each service, beside how IAM spells the service, made when it is first asked for and kept as long as
/// the place: one costs about 20 KB and 0.14 ms. It retries nothing: the SDK's retry budget is shared by the whole process, and an account which is
/// throttled must take nothing from another.
macro_rules! clients {
    ($($(#[$when:meta])? $name:ident: $sdk:ident = $service:literal $(.$set:ident($to:expr))?),* $(,)?) => {
        #[derive(Default)]
        pub(super) struct Clients {
            $($(#[$when])? $name: OnceLock<$sdk::Client>,)*
        }

        impl AccountRegion {
            $(
                $(#[$when])?
                pub(crate) fn $name(&self) -> &$sdk::Client {
                    self.clients.$name.get_or_init(|| {
                        let watch = Watch { meter: self.wire.meter.clone(), service: $service };
                        let config = $sdk::config::Builder::from(&self.config).interceptor(watch)$(.$set($to))?;
                        $sdk::Client::from_conf(config.build())
                    })
                }
            )*
        }
    };
}

clients! {
    acm: aws_sdk_acm = "acm",
    #[cfg(feature = "acmpca")]
    acmpca: aws_sdk_acmpca = "acm-pca",
    #[cfg(feature = "amplify")]
    amplify: aws_sdk_amplify = "amplify",
    #[cfg(feature = "apigateway")]
    apigateway: aws_sdk_apigateway = "apigateway",
    #[cfg(feature = "apigatewayv2")]
    apigatewayv2: aws_sdk_apigatewayv2 = "apigateway",
    #[cfg(feature = "apprunner")]
    apprunner: aws_sdk_apprunner = "apprunner",
    #[cfg(feature = "appsync")]
    appsync: aws_sdk_appsync = "appsync",
    autoscaling: aws_sdk_autoscaling = "autoscaling",
    #[cfg(feature = "cloudfront")]
    cloudfront: aws_sdk_cloudfront = "cloudfront",
    cloudwatch: aws_sdk_cloudwatch = "cloudwatch",
    #[cfg(feature = "cognitoidentityprovider")]
    cognito: aws_sdk_cognitoidentityprovider = "cognito-idp",
    #[cfg(feature = "directory")]
    directory: aws_sdk_directory = "ds",
    #[cfg(feature = "databasemigration")]
    dms: aws_sdk_databasemigration = "dms",
    ec2: aws_sdk_ec2 = "ec2",
    #[cfg(feature = "eks")]
    eks: aws_sdk_eks = "eks",
    #[cfg(feature = "elasticbeanstalk")]
    elasticbeanstalk: aws_sdk_elasticbeanstalk = "elasticbeanstalk",
    #[cfg(feature = "elasticloadbalancing")]
    elb: aws_sdk_elasticloadbalancing = "elasticloadbalancing",
    elbv2: aws_sdk_elasticloadbalancingv2 = "elasticloadbalancing",
    #[cfg(feature = "globalaccelerator")]
    globalaccelerator: aws_sdk_globalaccelerator = "globalaccelerator",
    iam: aws_sdk_iam = "iam",
    #[cfg(feature = "iot")]
    iot: aws_sdk_iot = "iot",
    #[cfg(feature = "kafka")]
    kafka: aws_sdk_kafka = "kafka",
    #[cfg(feature = "lightsail")]
    lightsail: aws_sdk_lightsail = "lightsail",
    #[cfg(feature = "networkfirewall")]
    networkfirewall: aws_sdk_networkfirewall = "network-firewall",
    #[cfg(feature = "opensearch")]
    opensearch: aws_sdk_opensearch = "es",
    organizations: aws_sdk_organizations = "organizations",
    #[cfg(feature = "rds")]
    rds: aws_sdk_rds = "rds",
    #[cfg(feature = "redshift")]
    redshift: aws_sdk_redshift = "redshift",
    #[cfg(feature = "redshiftserverless")]
    redshiftserverless: aws_sdk_redshiftserverless = "redshift-serverless",
    #[cfg(feature = "rolesanywhere")]
    rolesanywhere: aws_sdk_rolesanywhere = "rolesanywhere",
    #[cfg(feature = "route53")]
    route53: aws_sdk_route53 = "route53",
    // A bucket in the path and not in the host: no name has to be resolved, and no dot of a bucket breaks TLS.
    #[cfg(feature = "s3")]
    s3: aws_sdk_s3 = "s3".force_path_style(true),
    servicequotas: aws_sdk_servicequotas = "servicequotas",
    #[cfg(feature = "sesv2")]
    sesv2: aws_sdk_sesv2 = "ses",
    tagging: aws_sdk_resourcegroupstagging = "tag",
    #[cfg(feature = "transfer")]
    transfer: aws_sdk_transfer = "transfer",
    #[cfg(feature = "vpclattice")]
    vpclattice: aws_sdk_vpclattice = "vpc-lattice",
}
