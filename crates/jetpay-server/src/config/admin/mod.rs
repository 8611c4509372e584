//! The table `[admin]`: the address of the admin interface, its tokens, and the names by which it is called.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use zeroize::Zeroizing;

use crate::config::problem::Collector;
use crate::config::secret;

/// The shortest token, in characters. A shorter one can be guessed.
const MIN_TOKEN: usize = 24;
/// The name of the token of `token_env` or `token_file`.
const ONLY_TOKEN: &str = "admin";

/// What a token permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reading.
    Read,
    /// Reading; deciding about alarms and the inbox, and writing customers, payments and entries.
    Resolve,
    /// Reading; making and resolving payouts.
    Pay,
    /// Everything.
    All,
}

impl Role {
    /// Whether a token of this role may send a request that needs the role `needed`.
    #[must_use]
    pub fn permits(self, needed: Self) -> bool {
        needed == Self::Read || self == Self::All || self == needed
    }

    /// The word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Resolve => "resolve",
            Self::Pay => "pay",
            Self::All => "all",
        }
    }
}

/// A token of the admin interface.
#[derive(Clone)]
pub struct AdminToken {
    /// Who uses it. The ledger records it with each decision. Two tokens have the same name while one replaces the other.
    pub name: String,
    /// What it permits.
    pub role: Role,
    /// The bearer token, without white space at its ends: a header's value has none.
    pub secret: Zeroizing<String>,
}

/// The table `[admin]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::config) struct AdminTable {
    pub(in crate::config) listen: SocketAddr,
    /// Names by which the interface is called, besides its addresses and `localhost`.
    hosts: Vec<Spanned<String>>,
    token_env: Option<Spanned<String>>,
    token_file: Option<Spanned<PathBuf>>,
    token: Vec<TokenTable>,
}

/// A table `[[admin.token]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenTable {
    name: Spanned<String>,
    role: Role,
    env: Option<Spanned<String>>,
    file: Option<Spanned<PathBuf>>,
}

impl Default for AdminTable {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8081)),
            hosts: Vec::new(),
            token_env: None,
            token_file: None,
            token: Vec::new(),
        }
    }
}

impl AdminTable {
    /// The names by which the interface is called.
    pub(in crate::config) fn hosts(&self, problems: &mut Collector<'_>) -> Vec<String> {
        for host in &self.hosts {
            let name = host.get_ref();
            if name.is_empty() || name.contains([':', '/', '*', ' ']) {
                problems.at(host, "write a host name alone, such as \"jetpay.internal\": no scheme, port, path or `*`");
            }
        }
        self.hosts
            .iter()
            .map(|host| host.get_ref().clone())
            .collect()
    }

    /// All tokens. There is at least one unless there is a problem.
    pub(in crate::config) fn tokens(
        &self,
        folder: &Path,
        problems: &mut Collector<'_>,
    ) -> Vec<AdminToken> {
        let mut tokens: Vec<AdminToken> = self.only_token(folder, problems).into_iter().collect();
        let mut roles = HashMap::from([(ONLY_TOKEN, Role::All)]);
        for table in &self.token {
            table.check_name(problems);
            let name = table.name.get_ref().as_str();
            if *roles.entry(name).or_insert(table.role) != table.role {
                problems.at(
                    &table.name,
                    "another token of this name has another role; tokens share a name only while one replaces the other",
                );
            }
            let Some(token) = table.token(folder, problems) else {
                continue;
            };
            if tokens.iter().any(|known| known.secret == token.secret) {
                problems.at(
                    &table.name,
                    "another token has the same text; make a new one",
                );
            }
            tokens.push(token);
        }
        if self.token_env.is_none() && self.token_file.is_none() && self.token.is_empty() {
            problems.anywhere(
                "[admin] has no token; add [[admin.token]] with name, role and env or file, or set token_env or token_file",
            );
        }
        if !self.listen.ip().to_canonical().is_loopback() {
            problems.warn_anywhere(&format!(
                "[admin] listens on {} with plain HTTP, and the network can read the tokens. Listen on 127.0.0.1, \
                 and put a TLS proxy in front of it for other machines",
                self.listen
            ));
        }
        tokens
    }

    /// The token with which a command calls the service: the one with this name, else the first one that this process can
    /// read. The other tokens are those of other people and programs, so they need not be readable.
    pub(in crate::config) fn own_token(
        &self,
        name: Option<&str>,
        folder: &Path,
        problems: &mut Collector<'_>,
    ) -> Option<AdminToken> {
        let has_only = self.token_env.is_some() || self.token_file.is_some();
        let is_only = has_only && name.is_none_or(|name| name == ONLY_TOKEN);
        let mut failed = Vec::new();
        if is_only {
            let mut attempt = problems.fresh();
            if let Some(token) = self.only_token(folder, &mut attempt) {
                return Some(token);
            }
            failed.push(attempt);
        }
        let named = |table: &&TokenTable| name.is_none_or(|name| table.name.get_ref() == name);
        let mut tables = self.token.iter().filter(named).peekable();
        if tables.peek().is_none() && !is_only {
            problems.anywhere(&match name {
                Some(name) => format!("[admin] has no token with the name {name:?}"),
                None => "[admin] has no token; add [[admin.token]], or set token_env or token_file"
                    .to_owned(),
            });
        }
        for table in tables {
            let mut attempt = problems.fresh();
            if let Some(token) = table.token(folder, &mut attempt) {
                return Some(token);
            }
            failed.push(attempt);
        }
        problems.extend(failed);
        None
    }

    fn only_token(&self, folder: &Path, problems: &mut Collector<'_>) -> Option<AdminToken> {
        if let (Some(_), Some(path)) = (&self.token_env, &self.token_file) {
            problems.at(path, "token_env and token_file are both set; keep one");
            return None;
        }
        let (env, file) = (self.token_env.as_ref(), self.token_file.as_ref());
        let secret = read(env, file, folder, problems)?;
        Some(AdminToken {
            name: ONLY_TOKEN.to_owned(),
            role: Role::All,
            secret,
        })
    }
}

impl TokenTable {
    fn check_name(&self, problems: &mut Collector<'_>) {
        let name = self.name.get_ref();
        let fits = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._@-".contains(&byte));
        if !fits {
            problems.at(
                &self.name,
                "a token's name has 1 to 64 letters, digits and `.`, `_`, `@`, `-`",
            );
        }
    }

    fn token(&self, folder: &Path, problems: &mut Collector<'_>) -> Option<AdminToken> {
        if self.env.is_some() == self.file.is_some() {
            problems.at(&self.name, "this token needs either env or file");
            return None;
        }
        let secret = read(self.env.as_ref(), self.file.as_ref(), folder, problems)?;
        Some(AdminToken {
            name: self.name.get_ref().clone(),
            role: self.role,
            secret,
        })
    }
}

fn read(
    env: Option<&Spanned<String>>,
    file: Option<&Spanned<PathBuf>>,
    folder: &Path,
    problems: &mut Collector<'_>,
) -> Option<Zeroizing<String>> {
    let from_env = env.map(|name| {
        (
            secret::from_env(name.get_ref(), name, problems),
            name.span(),
        )
    });
    let from_file = || {
        let path = file?;
        let read = secret::from_file(path.get_ref(), folder, path, problems);
        Some((read, path.span()))
    };
    let (secret, place) = from_env.or_else(from_file)?;
    let secret = Zeroizing::new(secret?.trim().to_owned());
    // A header cannot have such a character, so no request could match.
    if secret.contains(|it: char| it.is_control() && it != '\t') {
        problems.at(
            &Spanned::new(place, ()),
            "this token has a line break or another control character inside; write the token alone, on one line",
        );
        return None;
    }
    let length = secret.chars().count();
    if length < MIN_TOKEN {
        let place = Spanned::new(place, ());
        problems.at(
            &place,
            &format!(
                "this token has {length} characters, and a short one can be guessed: take at least {MIN_TOKEN}, for \
                 example of `openssl rand -hex 24`"
            ),
        );
        return None;
    }
    Some(secret)
}
