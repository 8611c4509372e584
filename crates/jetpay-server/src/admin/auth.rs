//! The bearer tokens of the admin interface: who calls, and what the token permits.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::rt::time::timeout;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError};
use jetpay_ledger::Reason;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::Admin;
use super::error::AdminError;
use crate::config::{AdminToken, Role};
use crate::listener::{self, TrustedProxies};
use crate::reload::Live;
use crate::telemetry;

/// Where requests are refused, for the log.
const PLACE: &str = "the admin interface";
/// Wrong tokens that a sender may send without being slowed, until it sends none for [`FORGIVEN_AFTER`].
const FREE_FAILURES: u32 = 5;
const FORGIVEN_AFTER: Duration = Duration::from_secs(60);
/// The time between the answers to two further wrong tokens of one sender, and the longest time that an answer waits.
const PACE: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Answers that wait at a time. A further one comes at once and ends its connection, because each keeps a connection open.
const MAX_WAITING: usize = 32;
/// Senders of wrong tokens that are remembered at a time.
const MAX_SENDERS: usize = 1024;

/// The name of the token with which a request came. A handler gets it as `ReqData<Actor>`.
#[derive(Clone)]
pub(super) struct Actor(String);

impl Actor {
    pub(super) fn name(&self) -> &str {
        &self.0
    }

    /// A reason that this person, or program, gives for a decision.
    pub(super) fn reason(&self, text: String) -> Reason {
        Reason {
            text,
            by: Some(self.0.clone()),
        }
    }
}

/// Decides who may call the admin interface, and who may sign in to the pages.
#[derive(Clone)]
pub struct Access {
    tokens: Live<[AdminToken]>,
    proxies: TrustedProxies,
    failures: Arc<Failures>,
    /// One permit for each answer that may wait.
    waiting: Arc<Semaphore>,
}

impl Access {
    /// Access with these tokens. The sender of a request behind one of `proxies` is the one that the proxy names.
    #[must_use]
    pub fn new(tokens: Live<[AdminToken]>, proxies: TrustedProxies) -> Self {
        Self {
            tokens,
            proxies,
            failures: Arc::default(),
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
        }
    }

    /// The tokens of now.
    pub(crate) fn tokens(&self) -> Arc<[AdminToken]> {
        self.tokens.get()
    }

    /// The token with this text.
    pub(crate) fn token_of(&self, given: &str) -> Option<AdminToken> {
        Self::find(&self.tokens.get(), given.trim().as_bytes()).cloned()
    }

    /// Counts and logs a request without a right token. Its answer waits here if its sender sent many of late. Returns whether
    /// the answer must end its connection, because it may not wait, or not as long.
    pub(crate) async fn refuse(&self, request: &HttpRequest, place: &'static str) -> bool {
        let sender = self.sender(request);
        telemetry::token_refused(sender, place);
        let wait = self.failures.add(sender, Instant::now());
        !wait.is_zero() && !slow(&self.waiting, wait, request).await
    }

    /// The token in the request. The comparison takes the same time for every wrong token. An empty token matches no request.
    fn token<'t>(tokens: &'t [AdminToken], headers: &HeaderMap) -> Option<&'t AdminToken> {
        let header = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes)?;
        let (scheme, given) = header.split_at_checked(7)?;
        if !scheme.eq_ignore_ascii_case(b"bearer ") {
            return None;
        }
        Self::find(tokens, given.trim_ascii())
    }

    fn find<'t>(tokens: &'t [AdminToken], given: &[u8]) -> Option<&'t AdminToken> {
        if given.is_empty() {
            return None;
        }
        tokens.iter().fold(None, |found, token| {
            let same = bool::from(given.ct_eq(token.secret.as_bytes()));
            if same { Some(token) } else { found }
        })
    }

    /// Who sent a request.
    pub(crate) fn sender(&self, request: &HttpRequest) -> IpAddr {
        self.proxies.sender(request.peer_addr(), request.headers())
    }

    /// The token's name, or the error answer.
    fn check(&self, request: &HttpRequest) -> Result<Actor, AdminError> {
        let tokens = self.tokens.get();
        let Some(token) = Self::token(&tokens, request.headers()) else {
            return Err(AdminError::unauthorized());
        };
        let needed = needed_role(request.method(), request.path());
        if !token.role.permits(needed) {
            telemetry::role_refused(self.sender(request), PLACE, &token.name, needed.as_str());
            return Err(AdminError::forbidden(token.role, needed));
        }
        Ok(Actor(token.name.clone()))
    }
}

/// The role that a request needs: the table in docs/http-api.md. A write that is not in it needs `all`.
fn needed_role(method: &Method, path: &str) -> Role {
    if method.is_safe() {
        return Role::Read;
    }
    match path.split('/').nth(2).unwrap_or_default() {
        "alarms" | "alarms:resolve" | "inbox" | "entries" | "customers" | "customers:import"
        | "payments" | "reconciliations" | "deliveries" => Role::Resolve,
        "payouts" | "payouts:export" => Role::Pay,
        _ => Role::All,
    }
}

/// Who sent wrong tokens of late. It slows a sender who tries many.
#[derive(Default)]
struct Failures(Mutex<HashMap<IpAddr, Sender>>);

struct Sender {
    count: u32,
    last: Instant,
    /// When the last answer was due.
    due: Instant,
}

impl Failures {
    /// Counts a wrong token. Returns how long its answer waits.
    fn add(&self, sender: IpAddr, now: Instant) -> Duration {
        let sender = listener::network_of(sender);
        let mut senders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        senders.retain(|_, known| now.duration_since(known.last) < FORGIVEN_AFTER);
        if senders.len() >= MAX_SENDERS && !senders.contains_key(&sender) {
            let oldest = senders.iter().min_by_key(|(_, known)| known.last);
            if let Some(oldest) = oldest.map(|(oldest, _)| *oldest) {
                senders.remove(&oldest);
            }
        }
        let known = senders.entry(sender).or_insert(Sender {
            count: 0,
            last: now,
            due: now,
        });
        known.last = now;
        known.count = known.count.saturating_add(1);
        if known.count <= FREE_FAILURES {
            return Duration::ZERO;
        }
        known.due = (known.due.max(now) + PACE).min(now + LONGEST_WAIT);
        known.due - now
    }
}

/// Lets the answer to a wrong token wait. Returns false when it may not wait, or not as long: too many wait, or a new connection
/// needs the place of this one.
async fn slow(waiting: &Semaphore, wait: Duration, request: &HttpRequest) -> bool {
    let Ok(_permit) = waiting.try_acquire() else {
        return false;
    };
    timeout(wait, listener::place_needed(request))
        .await
        .is_err()
}

/// Middleware that answers 401 to requests without a token, and 403 to those whose token has another role.
pub(super) async fn require_token(
    admin: Data<Admin>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let error = match admin.access.check(request.request()) {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            let kept = listener::keep_open(&request);
            let answer = next.call(request).await?;
            drop(kept);
            return Ok(answer.map_into_left_body());
        }
        Err(refused) => refused,
    };
    let mut response = error.error_response();
    if error.is_unauthorized() {
        if admin.access.refuse(request.request(), PLACE).await {
            let head = response.head_mut();
            head.set_connection_type(ConnectionType::Close);
        }
        let scheme = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    }
    Ok(request.into_response(response).map_into_right_body())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The comparison with the file `openapi.yaml` asks for each path of the table with each role.
    #[test]
    fn write_outside_the_table_of_roles_needs_all() {
        for (method, path, role) in [
            (Method::HEAD, "/v1/anything", Role::Read),
            (Method::POST, "/v1/%70ayouts", Role::All),
            (Method::POST, "/v1/new", Role::All),
        ] {
            assert_eq!(needed_role(&method, path), role, "{method} {path}");
        }
    }

    #[test]
    fn sender_of_many_wrong_tokens_waits_and_others_do_not() {
        let (failures, now) = (Failures::default(), Instant::now());
        let address = |last: u8| IpAddr::from([203, 0, 113, last]);
        for _ in 0..FREE_FAILURES {
            assert_eq!(failures.add(address(1), now), Duration::ZERO);
        }
        assert_eq!(failures.add(address(1), now), PACE);
        assert_eq!(failures.add(address(1), now), 2 * PACE);
        for _ in 0..100 {
            assert!(failures.add(address(1), now) <= LONGEST_WAIT);
        }
        assert_eq!(failures.add(address(2), now), Duration::ZERO);
        let later = now + FORGIVEN_AFTER;
        assert_eq!(failures.add(address(1), later), Duration::ZERO);
    }

    #[test]
    fn senders_of_wrong_tokens_are_remembered_up_to_a_bound() {
        let (failures, now) = (Failures::default(), Instant::now());
        for number in 0..5_000_u32 {
            failures.add(IpAddr::from(number.to_be_bytes()), now);
        }
        assert_eq!(failures.0.lock().unwrap().len(), MAX_SENDERS);
    }
}
