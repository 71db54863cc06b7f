//! Why something could not be seen: the opposite of a fact, and never a zero.

/// The class of a failure, which decides the coverage status of its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// AWS said no: an identity policy, boundary or resource policy.
    Denied,
    /// AWS said no by a service control policy: more permissions in the account will not help.
    DeniedByScp,
    /// The region is not enabled in the account, or the service is not there.
    Disabled,
    /// Asked too fast, to the end of all retries.
    Throttled,
    /// No answer within the deadline.
    Timeout,
    /// No connection: refused, reset, name not resolved.
    Network,
    /// No credentials, or credentials that are expired or of another account.
    Credentials,
    /// An answer that could not be understood.
    Malformed,
    /// A listing that repeats its page tokens, or has too many pages.
    PagingLoop,
    /// The service answered with another error.
    Failed,
    /// The service answered, and has no value for this.
    NoData,
    /// Left out by configuration or by an interrupt.
    Skipped,
    /// Not asked, and nobody has to do anything about it here: a private address that is not allowed, more names than
    /// are enough, or what is behind a gap that is told elsewhere. Not a gap itself, and not seen either.
    LeftOut,
}

impl Reason {
    /// Whether asking again a little later may succeed. What is throttled to the end was asked long enough.
    #[must_use]
    pub fn may_pass(self) -> bool {
        match self {
            Self::Timeout | Self::Network | Self::Malformed | Self::Failed => true,
            Self::Denied | Self::DeniedByScp | Self::Disabled | Self::Credentials | Self::Throttled => false,
            Self::PagingLoop | Self::NoData | Self::Skipped | Self::LeftOut => false,
        }
    }

    /// Whether something is missing because of it that should have been seen.
    #[must_use]
    pub fn is_gap(self) -> bool {
        !matches!(self, Self::Disabled | Self::LeftOut)
    }

    /// The name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::DeniedByScp => "denied-by-scp",
            Self::Disabled => "disabled",
            Self::Throttled => "throttled",
            Self::Timeout => "timeout",
            Self::Network => "network",
            Self::Credentials => "credentials",
            Self::Malformed => "malformed",
            Self::PagingLoop => "paging-loop",
            Self::Failed => "failed",
            Self::NoData => "no-data",
            Self::Skipped => "skipped",
            Self::LeftOut => "left-out",
        }
    }
}

/// What could not be seen and why, with all that AWS said about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unseen {
    /// The class.
    pub reason: Reason,
    /// What was asked, as the IAM action that permits it (`acm:ListCertificates`), or `tls:handshake`, `file:read`.
    pub action: String,
    /// The error code of the service (`AccessDeniedException`), if it gave one.
    pub code: Option<String>,
    /// What the service or the machine said. Untrusted text.
    pub message: String,
    /// AWS's request id, for a support case.
    pub request_id: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
}

impl Unseen {
    /// A failure without a service's own code or request id.
    #[must_use]
    pub fn new(reason: Reason, action: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            reason,
            action: action.into(),
            code: None,
            message: message.into(),
            request_id: None,
            attempts: 1,
        }
    }
}
