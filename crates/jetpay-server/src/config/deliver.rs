//! `[[deliver]]`: endpoints of the merchant's that get entries and alarms.

use std::path::Path;

use jetpay_billing::client::{BillingUrl, Login};
use jetpay_billing::dialect::Dialect;
use jetpay_billing::webhook::Secrets;
use jetpay_core::id::ProjectId;
use jiff::tz::TimeZone;

use super::table::Table;

/// An endpoint of the merchant's.
pub struct DeliverConfig {
    /// Its name: 1 to 32 of `a-z`, `0-9`, `-`, `_`.
    pub name: String,
    /// How it is told.
    pub kind: DeliverKind,
    /// Its address.
    pub url: BillingUrl,
    /// Only entries of these projects; of all, if it is empty.
    pub projects: Vec<ProjectId>,
    /// Whether alarms are delivered too: webhooks alone.
    pub alarms: bool,
}

/// How an endpoint is told.
pub enum DeliverKind {
    /// Standard Webhooks.
    Webhook(Secrets),
    /// A `pay` in a dialect.
    Dialect {
        /// The dialect.
        dialect: Dialect,
        /// The login of HTTP Basic, if the billing wants one.
        login: Option<Login>,
        /// Whether a refund is told with `cancel`.
        cancel: bool,
        /// The zone of `txn_date`.
        zone: TimeZone,
        /// The digits before the operation's id in `txn_id`, for each project; empty if one project uses the endpoint.
        prefixes: Vec<(ProjectId, String)>,
    },
}

impl DeliverKind {
    /// The word of its key `kind`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::Dialect {
                dialect: Dialect::Osmp,
                ..
            } => "osmp",
            Self::Dialect {
                dialect: Dialect::Kaspi,
                ..
            } => "kaspi",
        }
    }
}

/// The endpoints.
pub(super) fn read(
    _deliver: &[Table<'_>],
    _folder: &Path,
    _projects: &[ProjectId],
    _serving: bool,
) -> Vec<DeliverConfig> {
    Vec::new()
}
