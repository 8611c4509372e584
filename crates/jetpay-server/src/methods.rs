//! The list of all methods: their names in the configuration, and their endpoints.

use std::future::ready;
use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_cashin_kz::CashinKz;
use jetpay_core::{Keyring, Merchant, Method};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_qiwi_kz::QiwiKz;

use crate::listener::TrustedProxies;
use crate::merchant::LedgerMerchant;
use crate::reload::Live;
use crate::telemetry::{self, Meter};

/// The name of a method. Its URL is `/{name}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodName(&'static str);

/// The names of all methods.
pub const NAMES: [&str; 5] = [
    Kaspi::NAME,
    Kassa24::NAME,
    Kassa24Bvu::NAME,
    CashinKz::NAME,
    QiwiKz::NAME,
];

impl MethodName {
    /// Kassa24, whose answers are configurable.
    pub const KASSA24: Self = Self(Kassa24::NAME);

    /// QIWI, which pays out.
    pub const QIWI_KZ: Self = Self(QiwiKz::NAME);

    /// The method with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        NAMES.into_iter().find(|known| *known == name).map(Self)
    }

    /// The name as text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// Registers the platform's endpoints: one for each method, and `/callback` for callbacks of every method. The log names the
/// sender of a rejected message, as `senders` finds it.
pub fn endpoints(
    config: &mut ServiceConfig,
    merchant: &Arc<LedgerMerchant>,
    keyring: &Live<Keyring>,
    senders: &TrustedProxies,
) {
    endpoint::<Kaspi>(config, merchant, keyring, senders);
    endpoint::<Kassa24>(config, merchant, keyring, senders);
    endpoint::<Kassa24Bvu>(config, merchant, keyring, senders);
    endpoint::<CashinKz>(config, merchant, keyring, senders);
    endpoint::<QiwiKz>(config, merchant, keyring, senders);
    let meter = Meter::of("callback", senders);
    let callbacks = jetpay_actix::callbacks("/callback", Arc::clone(merchant), keyring.get());
    let keyring = keyring.clone();
    config.service(
        callbacks
            .keyring_from(move || keyring.get())
            .observe_request(move |request, reply, took| meter.answered(request, reply, took)),
    );
    let senders = senders.clone();
    config.default_service(web::to(move |request: HttpRequest| {
        let sender = senders.sender(request.peer_addr(), request.headers());
        telemetry::wrong_path(request.path(), sender);
        ready(HttpResponse::NotFound())
    }));
}

fn endpoint<M: Method>(
    config: &mut ServiceConfig,
    merchant: &Arc<LedgerMerchant>,
    keyring: &Live<Keyring>,
    senders: &TrustedProxies,
) where
    LedgerMerchant: Merchant<M>,
{
    let meter = Meter::of(M::NAME, senders);
    let path = format!("/{}", M::NAME);
    let endpoint = jetpay_actix::endpoint::<M, _>(&path, Arc::clone(merchant), keyring.get());
    let keyring = keyring.clone();
    config.service(
        endpoint
            .keyring_from(move || keyring.get())
            .observe_request(move |request, reply, took| meter.answered(request, reply, took)),
    );
}
