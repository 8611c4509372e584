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
pub(super) struct Rule {
    /// The crate.
    pub(super) name: &'static str,
    pub(super) room: Room,
    /// The crates of ours that it may name in `[dependencies]`, with a space between them. Proof may name all of them.
    pub(super) ours: &'static str,
    /// Whether it must do no I/O and read no clock.
    pub(super) pure: bool,
}

/// The five groups of crates, as in the member list of the workspace.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Sdk,
    Service,
    Tools,
    Examples,
    Proof,
}

/// The families of crates that must not be anywhere below a pure crate, with the reason. `actix` is also `actix-web`.
const IMPURE: [(&str, &str); 4] = [
    (
        "tokio async-std smol futures",
        "a pure crate runs in any async runtime, so it brings none",
    ),
    (
        "mio socket2 actix axum hyper reqwest ureq rustls openssl native-tls rusqlite libsqlite3 postgres sqlx tempfile \
         rand getrandom",
        "a pure crate does no I/O",
    ),
    (
        "log tracing env_logger",
        "a pure crate logs nothing: the values that it returns say everything",
    ),
    (
        "chrono time web-time",
        "a pure crate reads no clock: its caller passes the time",
    ),
];

/// Why a pure crate must not have this crate below it, if there is a reason.
pub(super) fn impure(name: &str) -> Option<&'static str> {
    let is_of = |family| {
        let rest = name.strip_prefix(family);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    };
    let mut families = IMPURE.iter();
    let (_, reason) = families.find(|(names, _)| names.split(' ').any(is_of))?;
    Some(reason)
}

const CORE: &str = "jetpay-core";

/// The two crates that a database of one's own needs.
const CORE_AND_RULES: &str = "jetpay-core jetpay-rules";

/// The platform plays every method, and checks nothing.
const PLATFORM: &str =
    "jetpay-core jetpay-kaspi jetpay-kassa24 jetpay-kassa24-bvu jetpay-cashin-kz jetpay-qiwi-kz";

/// The whole SDK, the ledger, and the platform for the demo. Never `jetpay-conformance`.
const SERVER: &str = "jetpay-core jetpay-explain jetpay-kaspi jetpay-kassa24 jetpay-kassa24-bvu jetpay-cashin-kz \
                      jetpay-qiwi-kz jetpay-actix jetpay-gate jetpay-reconcile jetpay-ledger jetpay-billing jetpay-platform";

/// The crates that a merchant of top-ups can name.
const MERCHANT: &str = "jetpay-actix jetpay-kaspi jetpay-kassa24 jetpay-rules";

/// One row for each crate of the workspace.
pub(super) const RULES: &[Rule] = &[
    // SDK, for merchants who write Rust. Only actix and gate do I/O.
    pure("jetpay-core", ""),
    pure("jetpay-rules", CORE),
    pure("jetpay-reconcile", CORE_AND_RULES),
    pure("jetpay-explain", CORE),
    pure("jetpay-kaspi", CORE),
    pure("jetpay-kassa24", CORE),
    pure("jetpay-kassa24-bvu", CORE),
    pure("jetpay-cashin-kz", CORE),
    pure("jetpay-qiwi-kz", CORE),
    rule(Room::Sdk, "jetpay-actix", CORE),
    rule(Room::Sdk, "jetpay-gate", CORE),
    // Service, which serves merchants. It meets conformance over HTTP only.
    rule(Room::Service, "jetpay-billing", CORE),
    rule(
        Room::Service,
        "jetpay-ledger",
        "jetpay-core jetpay-rules jetpay-reconcile",
    ),
    rule(Room::Service, "jetpay-server", SERVER),
    // Tools, for integrators in any language.
    rule(Room::Tools, "jetpay-platform", PLATFORM),
    rule(
        Room::Tools,
        "jetpay-conformance",
        "jetpay-core jetpay-platform",
    ),
    // Examples, which a merchant copies.
    rule(Room::Examples, "payout", "jetpay-gate jetpay-qiwi-kz"),
    rule(Room::Examples, "shop-axum", MERCHANT),
    rule(Room::Examples, "shop-sqlite", MERCHANT),
    // Proof, which may depend on everything.
    rule(Room::Proof, "jetpay-simulation", ""),
    rule(Room::Proof, "jetpay-testing", ""),
    rule(Room::Proof, "xtask", ""),
];

/// A crate of the SDK that does no I/O and reads no clock.
const fn pure(name: &'static str, ours: &'static str) -> Rule {
    Rule {
        pure: true,
        ..rule(Room::Sdk, name, ours)
    }
}

const fn rule(room: Room, name: &'static str, ours: &'static str) -> Rule {
    Rule {
        name,
        room,
        ours,
        pure: false,
    }
}
