//! Resources that are listed as they are: a kind, and the record that AWS answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::Value;

/// What a resource is; each kind has its own listing.
#[allow(missing_docs)] // AWS's own names
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Address,
    AutoScalingGroup,
    ClientVpnEndpoint,
    CustomerGateway,
    EgressOnlyInternetGateway,
    FastSnapshotRestore,
    Group,
    Host,
    Image,
    Instance,
    InstanceType,
    InternetGateway,
    LaunchConfiguration,
    LaunchTemplate,
    LifecycleHook,
    Listener,
    ListenerCertificate,
    LoadBalancer,
    ManagedPrefixList,
    NatGateway,
    NetworkAcl,
    NetworkInterface,
    NotificationConfiguration,
    OpenIdConnectProvider,
    Policy,
    ReservedInstances,
    Role,
    RouteTable,
    Rule,
    SamlProvider,
    ScalingPolicy,
    ScheduledAction,
    SecurityGroup,
    Snapshot,
    SnapshotTier,
    SpotInstanceRequest,
    Subnet,
    TargetGroup,
    TargetHealth,
    TransitGateway,
    TransitGatewayAttachment,
    TransitGatewayRouteTable,
    TrustStore,
    User,
    Volume,
    Vpc,
    VpcEndpoint,
    VpcPeeringConnection,
    VpnConnection,
    VpnGateway,
}

/// One resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// What it is.
    pub kind: Kind,
    /// The ARN of what it belongs to, where its listing is asked per parent.
    pub parent: Option<Value>,
    /// The record that its listing answers.
    pub value: Value,
}

impl Resource {
    /// A resource of its own.
    pub fn new(kind: Kind, value: Value) -> Self {
        Self { kind, parent: None, value }
    }

    /// A resource that belongs to another one.
    pub fn of(parent: Value, kind: Kind, value: Value) -> Self {
        Self { kind, parent: Some(parent), value }
    }

    /// This resource with a field set or replaced, named as on the wire.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.value = self.value.with(name, value);
        self
    }
}

/// Resources by kind, in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub struct Resources(BTreeMap<Kind, Vec<Resource>>);

impl Resources {
    /// Adds a resource.
    pub fn add(&mut self, mut resource: Resource) {
        if !matches!(resource.value, Value::Shared(_)) {
            resource.value = Value::Shared(Arc::new(resource.value));
        }
        self.0.entry(resource.kind).or_default().push(resource);
    }

    /// The resources of a kind.
    pub fn all(&self, kind: Kind) -> &[Resource] {
        self.0.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many resources of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.all(kind).len()
    }
}

impl Extend<Resource> for Resources {
    fn extend<T: IntoIterator<Item = Resource>>(&mut self, resources: T) {
        resources.into_iter().for_each(|resource| self.add(resource));
    }
}
