//! The dependency rules, as data.
//!
//! ```text
//! tools ──► SDK ◄── service          proof ──► everything
//! ```
//!
//! The service and `jetpay-conformance` meet over HTTP only, so neither depends on the other. Both may use
//! `jetpay-platform`: the demo of the service plays the platform, too. An example is what a merchant writes: it uses the SDK
//! and nothing else of ours. Nothing but proof depends on proof.

/// What a crate may depend on.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// The crate.
    pub(crate) name: &'static str,
    pub(crate) room: Room,
    /// The crates of ours that it may name in `[dependencies]`. Proof may name all of them.
    pub(crate) ours: &'static [&'static str],
    /// The crates that must not be anywhere below it.
    pub(crate) never: &'static [Denied],
}

/// The five groups of crates, as in the member list of the workspace.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Sdk,
    Service,
    Tools,
    Examples,
    Proof,
}

impl Rule {
    /// Whether the crate must do no I/O and read no clock.
    pub(crate) const fn is_pure(&self) -> bool {
        !self.never.is_empty()
    }
}

/// A forbidden crate, or a family of crates (`actix` is also `actix-web`), and the reason.
pub(crate) struct Denied {
    family: &'static str,
    pub(crate) reason: &'static str,
}

impl Denied {
    pub(crate) fn matches(&self, name: &str) -> bool {
        name.strip_prefix(self.family)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    }
}

const fn denied(family: &'static str, reason: &'static str) -> Denied {
    Denied { family, reason }
}

const NO_RUNTIME: &str = "a pure crate runs in any async runtime, so it brings none";
const NO_IO: &str = "a pure crate does no I/O";
const NO_LOG: &str = "a pure crate logs nothing: the values that it returns say everything";
const NO_CLOCK: &str = "a pure crate reads no clock: its caller passes the time";

/// Forbidden below every pure crate.
const IMPURE: &[Denied] = &[
    denied("tokio", NO_RUNTIME),
    denied("async-std", NO_RUNTIME),
    denied("smol", NO_RUNTIME),
    denied("futures", NO_RUNTIME),
    denied("mio", NO_IO),
    denied("socket2", NO_IO),
    denied("actix", NO_IO),
    denied("axum", NO_IO),
    denied("hyper", NO_IO),
    denied("reqwest", NO_IO),
    denied("ureq", NO_IO),
    denied("rustls", NO_IO),
    denied("openssl", NO_IO),
    denied("native-tls", NO_IO),
    denied("rusqlite", NO_IO),
    denied("libsqlite3", NO_IO),
    denied("postgres", NO_IO),
    denied("sqlx", NO_IO),
    denied("tempfile", NO_IO),
    denied("rand", NO_IO),
    denied("getrandom", NO_IO),
    denied("log", NO_LOG),
    denied("tracing", NO_LOG),
    denied("env_logger", NO_LOG),
    denied("chrono", NO_CLOCK),
    denied("time", NO_CLOCK),
    denied("web-time", NO_CLOCK),
];

const CORE: &[&str] = &["jetpay-core"];

/// The platform plays every method, and checks nothing.
const PLATFORM: &[&str] = &[
    "jetpay-core",
    "jetpay-kaspi",
    "jetpay-kassa24",
    "jetpay-kassa24-bvu",
    "jetpay-cashin-kz",
    "jetpay-qiwi-kz",
];

/// The whole SDK, the ledger, and the platform for the demo. Never `jetpay-conformance`.
const SERVER: &[&str] = &[
    "jetpay-core",
    "jetpay-explain",
    "jetpay-kaspi",
    "jetpay-kassa24",
    "jetpay-kassa24-bvu",
    "jetpay-cashin-kz",
    "jetpay-qiwi-kz",
    "jetpay-actix",
    "jetpay-gate",
    "jetpay-ledger",
    "jetpay-platform",
];

/// The crates that a merchant of top-ups can name.
const MERCHANT: &[&str] = &[
    "jetpay-actix",
    "jetpay-kaspi",
    "jetpay-kassa24",
    "jetpay-rules",
];

/// One row for each crate of the workspace.
pub(crate) const RULES: &[Rule] = &[
    // SDK, for merchants who write Rust. Only actix and gate do I/O.
    pure("jetpay-core", &[]),
    pure("jetpay-rules", CORE),
    pure("jetpay-explain", CORE),
    pure("jetpay-kaspi", CORE),
    pure("jetpay-kassa24", CORE),
    pure("jetpay-kassa24-bvu", CORE),
    pure("jetpay-cashin-kz", CORE),
    pure("jetpay-qiwi-kz", CORE),
    rule(Room::Sdk, "jetpay-actix", CORE),
    rule(Room::Sdk, "jetpay-gate", CORE),
    // Service, which serves merchants. It meets conformance over HTTP only.
    rule(
        Room::Service,
        "jetpay-ledger",
        &["jetpay-core", "jetpay-rules"],
    ),
    rule(Room::Service, "jetpay-server", SERVER),
    // Tools, for integrators in any language.
    rule(Room::Tools, "jetpay-platform", PLATFORM),
    rule(
        Room::Tools,
        "jetpay-conformance",
        &["jetpay-core", "jetpay-platform"],
    ),
    // Examples, which a merchant copies.
    rule(Room::Examples, "payout", &["jetpay-gate", "jetpay-qiwi-kz"]),
    rule(Room::Examples, "shop-axum", MERCHANT),
    rule(Room::Examples, "shop-sqlite", MERCHANT),
    // Proof, which may depend on everything.
    proof("jetpay-simulation"),
    proof("jetpay-testing"),
    proof("xtask"),
];

/// A crate of the SDK that does no I/O and reads no clock.
const fn pure(name: &'static str, ours: &'static [&'static str]) -> Rule {
    Rule {
        never: IMPURE,
        ..rule(Room::Sdk, name, ours)
    }
}

const fn rule(room: Room, name: &'static str, ours: &'static [&'static str]) -> Rule {
    Rule {
        name,
        room,
        ours,
        never: &[],
    }
}

const fn proof(name: &'static str) -> Rule {
    rule(Room::Proof, name, &[])
}
