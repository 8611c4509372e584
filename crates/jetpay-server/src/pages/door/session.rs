//! Who is signed in. Sessions are in memory: a restart ends them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::header::{COOKIE, HeaderMap};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::super::visit::Viewer;
use crate::config::AdminToken;

/// How long a session lasts.
pub(super) const LASTS: Duration = Duration::from_secs(8 * 60 * 60);
/// The most sessions. A further one ends the oldest of its token, or of all tokens if its token has none.
const MOST: usize = 1024;
/// The length of what a cookie holds: 256 bits.
const LENGTH: usize = 43;

/// The digest of what a cookie holds. The cookie itself is kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in super::super) struct SessionId([u8; 32]);

impl SessionId {
    fn of(cookie: &str) -> Self {
        Self(Sha256::digest(cookie).into())
    }
}

struct Session {
    /// The name of the token, and the digest of its text: without such a token, the session is over.
    name: String,
    token: [u8; 32],
    began: Instant,
    /// What the page at this path shows once, on top.
    note: Option<(String, String)>,
}

/// The sessions.
#[derive(Clone, Default)]
pub(in super::super) struct Sessions(Arc<Mutex<HashMap<SessionId, Session>>>);

impl Sessions {
    /// Begins a session of this token. Returns what its cookie holds.
    pub(super) fn begin(&self, token: &AdminToken, now: Instant) -> String {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).expect("the system gives random bits");
        let cookie = BASE64_URL_SAFE_NO_PAD.encode(bits);
        let session = Session {
            name: token.name.clone(),
            token: digest(token),
            began: now,
            note: None,
        };
        let mut sessions = self.lock();
        sessions.retain(|_, session| now.duration_since(session.began) < LASTS);
        if sessions.len() >= MOST {
            let oldest = sessions.iter().min_by_key(|(_, other)| {
                let is_other = other.token != session.token;
                (is_other, other.began)
            });
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                sessions.remove(&oldest);
            }
        }
        sessions.insert(SessionId::of(&cookie), session);
        cookie
    }

    /// The session of a cookie, and who is signed in, by the tokens of now.
    pub(super) fn find(
        &self,
        cookie: &str,
        tokens: &[AdminToken],
        now: Instant,
    ) -> Option<(SessionId, Viewer)> {
        if cookie.len() != LENGTH {
            return None;
        }
        let id = SessionId::of(cookie);
        let sessions = self.lock();
        let session = sessions.get(&id)?;
        if now.duration_since(session.began) >= LASTS {
            return None;
        }
        let is_same =
            |token: &&AdminToken| token.name == session.name && digest(token) == session.token;
        let token = tokens.iter().find(is_same)?;
        let viewer = Viewer {
            name: token.name.clone(),
            role: token.role,
        };
        Some((id, viewer))
    }

    /// Ends the session of a cookie. Returns the name of its token.
    pub(super) fn end(&self, cookie: &str) -> Option<String> {
        let ended = self.lock().remove(&SessionId::of(cookie));
        ended.map(|session| session.name)
    }

    pub(in super::super) fn leave_note(&self, id: &SessionId, to: &str, text: String) {
        if let Some(session) = self.lock().get_mut(id) {
            session.note = Some((path(to).to_owned(), text));
        }
    }

    /// The note that was left for this page. Another page that is opened meanwhile leaves it.
    pub(in super::super) fn take_note(&self, id: &SessionId, at: &str) -> Option<String> {
        let mut sessions = self.lock();
        let note = &mut sessions.get_mut(id)?.note;
        let (_, text) = note.take_if(|(to, _)| to == path(at))?;
        Some(text)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address without its query and its place on the page.
fn path(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

fn digest(token: &AdminToken) -> [u8; 32] {
    Sha256::digest(token.secret.as_bytes()).into()
}

/// The values of the cookies with this name. There can be several: another program on the same host may set one, too.
pub(super) fn cookies<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> {
    let pairs = headers
        .get_all(COOKIE)
        .flat_map(|cookies| cookies.as_bytes().split(|byte| *byte == b';'));
    // A cookie of another program can hold any bytes, and takes none of the others with it.
    let pairs = pairs.filter_map(|pair| str::from_utf8(pair).ok().map(str::trim));
    pairs.filter_map(move |pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use std::slice;

    use actix_web::http::header::HeaderValue;
    use zeroize::Zeroizing;

    use super::*;
    use crate::config::Role;

    fn token(name: &str, role: Role, secret: &str) -> AdminToken {
        let secret = Zeroizing::new(secret.to_owned());
        let name = name.to_owned();
        AdminToken { name, role, secret }
    }

    #[test]
    fn session_lasts_eight_hours_and_has_the_role_that_its_token_has_now() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let aliya = token("aliya", Role::Read, "one");
        let cookie = sessions.begin(&aliya, now);
        assert_eq!(cookie.len(), LENGTH);
        let role = |tokens: &[AdminToken], later: Duration| {
            let found = sessions.find(&cookie, tokens, now + later);
            found.map(|(_, viewer)| viewer.role)
        };
        let second = Duration::from_secs(1);
        assert_eq!(
            role(slice::from_ref(&aliya), Duration::from_secs(28_799)),
            Some(Role::Read)
        );
        assert_eq!(role(&[aliya], LASTS), None);
        let raised = token("aliya", Role::All, "one");
        assert_eq!(role(slice::from_ref(&raised), second), Some(Role::All));
        let changed = token("aliya", Role::All, "two");
        let renamed = token("marat", Role::All, "one");
        assert_eq!(role(&[changed.clone(), renamed], second), None);
        assert_eq!(role(&[], second), None);
        // While a new token replaces the old one, both have the name.
        assert_eq!(role(&[changed, raised.clone()], second), Some(Role::All));
        assert_eq!(sessions.end(&cookie).as_deref(), Some("aliya"));
        assert_eq!(role(&[raised], second), None);
    }

    #[test]
    fn cookie_that_the_service_did_not_make_is_no_session() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let tokens = [token("aliya", Role::All, "one")];
        let cookie = sessions.begin(&tokens[0], now);
        assert_ne!(cookie, sessions.begin(&tokens[0], now));
        let other = "x".repeat(LENGTH);
        let longer = format!("{cookie}x");
        for wrong in ["", "1", &other, &longer, &cookie[1..]] {
            assert!(sessions.find(wrong, &tokens, now).is_none(), "{wrong}");
        }
    }

    #[test]
    fn token_with_too_many_sessions_ends_its_own_oldest_one() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let tokens = ["one", "two", "three"].map(|name| token(name, Role::All, name));
        let is_there = |cookie: &str| sessions.find(cookie, &tokens, now).is_some();
        let first = sessions.begin(&tokens[0], now);
        let later = |count: usize| now + Duration::from_millis(count.try_into().unwrap());
        let floods: Vec<_> = (1..3000)
            .map(|count| sessions.begin(&tokens[1], later(count)))
            .collect();
        assert_eq!(sessions.lock().len(), MOST);
        assert!(is_there(&first));
        assert!(!is_there(&floods[0]) && is_there(&floods[2998]));
        let third = sessions.begin(&tokens[2], later(5000));
        assert!(is_there(&third) && !is_there(&first));
        assert_eq!(sessions.lock().len(), MOST);
    }

    #[test]
    fn cookies_of_one_name_are_all_found_and_those_with_a_longer_name_are_not() {
        let mut headers = HeaderMap::new();
        for text in ["a=1; b=2;a=3", "aa=4; a=5; xa=6; a"] {
            headers.append(COOKIE, text.parse().unwrap());
        }
        let found: Vec<_> = cookies(&headers, "a").collect();
        assert_eq!(found, ["1", "3", "5"]);
    }

    #[test]
    fn cookie_beside_one_that_is_not_ascii_or_not_utf8_is_found() {
        let mut headers = HeaderMap::new();
        for text in [
            "x=ж; lang=kk".as_bytes(),
            b"lang=ru; x=\xff\xfe",
            b"\xff=1;lang=en",
        ] {
            headers.append(COOKIE, HeaderValue::from_bytes(text).unwrap());
        }
        let found: Vec<_> = cookies(&headers, "lang").collect();
        assert_eq!(found, ["kk", "ru", "en"]);
    }
}
