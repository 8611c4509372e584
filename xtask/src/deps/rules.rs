//! The rules, as data.

/// What a crate may depend on.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// The crate.
    pub(crate) name: &'static str,
    /// Which of our crates it may name in `[dependencies]`.
    pub(crate) ours: &'static [&'static str],
    /// What must not be anywhere below it.
    pub(crate) never: &'static [Denied],
}

/// A crate, or a family of crates (`actix` is `actix-web`, too), and why not.
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

const NO_RUNTIME: &str = "the core runs in any async runtime, so it brings none";
const NO_IO: &str = "the core does no I/O";
const NO_LOG: &str = "the core logs nothing: what it would say is in the values that it returns";
const NO_CLOCK: &str = "the core reads no clock: whoever calls it knows the time";

/// What the core and everything below it is kept free of.
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

const METHODS_AND_CORE: &[&str] = &[
    "jetpay-core",
    "jetpay-kaspi",
    "jetpay-kassa24",
    "jetpay-kassa24-bvu",
    "jetpay-cashin-kz",
    "jetpay-qiwi-kz",
];

/// The tool that checks endpoints: the platform that calls them, and the protocol. Never the service.
const CORE_AND_PLATFORM: &[&str] = &["jetpay-core", "jetpay-platform"];

/// The service: the SDK, its ledger, and the platform that its demo plays. Never jetpay-conformance.
const SERVICE: &[&str] = &[
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

const SIMULATION: &[&str] = &[
    "jetpay-core",
    "jetpay-kaspi",
    "jetpay-kassa24",
    "jetpay-kassa24-bvu",
    "jetpay-cashin-kz",
    "jetpay-qiwi-kz",
    "jetpay-ledger",
    "jetpay-platform",
    "jetpay-server",
];

const ALL: &[&str] = &[
    "jetpay-core",
    "jetpay-kaspi",
    "jetpay-kassa24",
    "jetpay-kassa24-bvu",
    "jetpay-cashin-kz",
    "jetpay-qiwi-kz",
    "jetpay-actix",
    "jetpay-ledger",
    "jetpay-platform",
    "jetpay-conformance",
    "jetpay-testing",
];

const METHODS_CORE_AND_LEDGER: &[&str] = &[
    "jetpay-core",
    "jetpay-explain",
    "jetpay-kaspi",
    "jetpay-kassa24",
    "jetpay-kassa24-bvu",
    "jetpay-cashin-kz",
    "jetpay-qiwi-kz",
    "jetpay-ledger",
];

const fn rule(name: &'static str, ours: &'static [&'static str]) -> Rule {
    Rule {
        name,
        ours,
        never: &[],
    }
}

/// One row a crate. Only the last four know the methods, and only xtask knows the fixtures outside of tests.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "jetpay-core",
        ours: &[],
        never: IMPURE,
    },
    Rule {
        name: "jetpay-explain",
        ours: CORE,
        never: IMPURE,
    },
    Rule {
        name: "jetpay-kaspi",
        ours: CORE,
        never: IMPURE,
    },
    Rule {
        name: "jetpay-kassa24",
        ours: CORE,
        never: IMPURE,
    },
    Rule {
        name: "jetpay-kassa24-bvu",
        ours: CORE,
        never: IMPURE,
    },
    Rule {
        name: "jetpay-cashin-kz",
        ours: CORE,
        never: IMPURE,
    },
    Rule {
        name: "jetpay-qiwi-kz",
        ours: CORE,
        never: IMPURE,
    },
    rule("jetpay-actix", CORE),
    rule("jetpay-gate", CORE),
    rule("jetpay-ledger", CORE),
    rule("jetpay-testing", CORE),
    rule("jetpay-properties", METHODS_CORE_AND_LEDGER),
    rule("jetpay-platform", METHODS_AND_CORE),
    rule("jetpay-conformance", CORE_AND_PLATFORM),
    rule("jetpay-server", SERVICE),
    rule("jetpay-simulation", SIMULATION),
    rule("xtask", ALL),
];
