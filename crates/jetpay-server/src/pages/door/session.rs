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
/// The most sessions. A further one ends the oldest.
const MOST: usize = 1024;

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
    /// What the next page shows on top.
    note: Option<String>,
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
            let oldest = sessions.iter().min_by_key(|(_, session)| session.began);
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

    pub(super) fn end(&self, cookie: &str) {
        self.lock().remove(&SessionId::of(cookie));
    }

    pub(in super::super) fn leave_note(&self, id: &SessionId, text: String) {
        if let Some(session) = self.lock().get_mut(id) {
            session.note = Some(text);
        }
    }

    pub(in super::super) fn take_note(&self, id: &SessionId) -> Option<String> {
        self.lock().get_mut(id)?.note.take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(token: &AdminToken) -> [u8; 32] {
    Sha256::digest(token.secret.as_bytes()).into()
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers
        .get_all(COOKIE)
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split("; "));
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}
