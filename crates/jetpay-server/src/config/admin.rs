//! The table `[admin]`: the address of the admin interface, its tokens, and the names by which it is called.

use std::collections::HashMap;
use std::path::Path;

use zeroize::Zeroizing;

use super::secret;
use super::table::{Table, Text};

/// The shortest token, in characters. A shorter one can be guessed.
const MIN_TOKEN: usize = 24;
/// The name of the token of `token_env` or `token_file`.
const ONLY_TOKEN: &str = "admin";

/// What a token permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The names by which the interface is called.
pub(super) fn hosts(admin: &Table<'_>) -> Vec<String> {
    let hosts = admin.texts("hosts");
    for host in &hosts {
        let fits = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
        if host.text.is_empty() || !host.text.chars().all(fits) {
            host.problem(
                "write a host name alone, such as \"jetpay.internal\": letters a to z, digits, `.`, `-` and `_`, no scheme, port, \
                 path or `*`",
            );
        }
    }
    hosts.iter().map(|host| host.text.to_owned()).collect()
}

/// All tokens. There is at least one unless there is a problem.
pub(super) fn tokens(admin: &Table<'_>, folder: &Path) -> Vec<AdminToken> {
    let mut tokens: Vec<AdminToken> = only_token(admin, folder).into_iter().collect();
    let mut roles = HashMap::from([(ONLY_TOKEN, Role::All)]);
    let tables = admin.tables("token");
    if !has_only_token(admin) && admin.has_none("token") {
        admin.missing("token_env", "there is no token");
    }
    for table in tables {
        let (name, role) = (name(&table), role(&table));
        let token = token(&table, name, role, folder);
        let Some(name) = name else {
            continue;
        };
        if role.is_some_and(|role| *roles.entry(name.text).or_insert(role) != role) {
            name.problem(
                "another token of this name has another role; tokens share a name only while one replaces the other",
            );
        }
        let Some(token) = token else {
            continue;
        };
        if tokens.iter().any(|known| known.secret == token.secret) {
            name.problem("another token has the same text; make a new one");
        }
        tokens.push(token);
    }
    tokens
}

/// The token with which a command calls the service: the one with this name, else the first one that this process can
/// read. The other tokens are those of other people and programs, so they need not be readable.
pub(super) fn own_token(
    admin: &Table<'_>,
    wanted: Option<&str>,
    folder: &Path,
) -> Option<AdminToken> {
    let is = |name: &str| wanted.is_none_or(|wanted| wanted == name);
    let mut failed = Vec::new();
    if has_only_token(admin) && is(ONLY_TOKEN) {
        match admin.document.attempt(|| only_token(admin, folder)) {
            Ok(token) => return Some(token),
            Err(found) => failed.push(found),
        }
    }
    for table in admin.tables("token") {
        let Some(name) = name(&table).filter(|name| is(name.text)) else {
            continue;
        };
        let read = || token(&table, Some(name), role(&table), folder);
        match admin.document.attempt(read) {
            Ok(token) => return Some(token),
            Err(found) => failed.push(found),
        }
    }
    if failed.is_empty() {
        match wanted {
            Some(name) => admin.problem(&format!("there is no token with the name {name:?}")),
            None => admin.missing("token_env", "there is no token"),
        }
    }
    for found in failed {
        admin.document.extend(found);
    }
    None
}

fn has_only_token(admin: &Table<'_>) -> bool {
    admin.get("token_env").or(admin.get("token_file")).is_some()
}

fn only_token(admin: &Table<'_>, folder: &Path) -> Option<AdminToken> {
    Some(AdminToken {
        name: ONLY_TOKEN.to_owned(),
        role: Role::All,
        secret: secret(admin, "token_env", "token_file", folder)?,
    })
}

fn name<'d>(table: &Table<'d>) -> Option<Text<'d>> {
    let Some(name) = table.text("name") else {
        if table.get("name").is_none() {
            table.missing("name", "it is missing");
        }
        return None;
    };
    let fits = (1..=64).contains(&name.text.len())
        && name
            .text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._@-".contains(&byte));
    if !fits {
        name.problem("a token's name has 1 to 64 letters, digits and `.`, `_`, `@`, `-`");
    }
    Some(name)
}

fn role(table: &Table<'_>) -> Option<Role> {
    if table.get("role").is_none() {
        table.missing("role", "it is missing");
    }
    let words = [Role::Read, Role::Resolve, Role::Pay, Role::All].map(|role| (role.as_str(), role));
    table.word("role", &words)
}

fn token(
    table: &Table<'_>,
    name: Option<Text<'_>>,
    role: Option<Role>,
    folder: &Path,
) -> Option<AdminToken> {
    if table.get("env").or(table.get("file")).is_none() {
        table.missing(
            "env",
            "env and file are missing; one of them names the token",
        );
    }
    let secret = secret(table, "env", "file", folder)?;
    Some(AdminToken {
        name: name?.text.to_owned(),
        role: role?,
        secret,
    })
}

fn secret(
    table: &Table<'_>,
    env: &'static str,
    file: &'static str,
    folder: &Path,
) -> Option<Zeroizing<String>> {
    let (place, secret) = secret::token(table, env, file, folder)?;
    let length = secret.chars().count();
    if length < MIN_TOKEN {
        place.problem(&format!(
            "this token has {length} characters, and a short one can be guessed; take at least {MIN_TOKEN}, for example of \
             `openssl rand -hex 24`"
        ));
        return None;
    }
    Some(secret)
}

#[cfg(test)]
mod tests {
    use crate::config::tests::{HEAD, PROJECT, TOKEN, assert_refused, folder, read};
    use crate::config::{AdminAccess, Config, Role};

    fn admin(lines: &str) -> Result<Config, String> {
        read(&format!(
            "[store]\nurl = \"sqlite://x.db\"\n{PROJECT}[admin]\n{lines}"
        ))
    }

    #[test]
    fn token_has_a_name_and_a_role_and_two_share_a_name_while_one_replaces_the_other() {
        let config = admin(
            "[[admin.token]]\nname = \"billing\"\nrole = \"read\"\nfile = \"token\"\n\
             [[admin.token]]\nname = \"billing\"\nrole = \"read\"\nfile = \"other\"\n",
        )
        .unwrap();
        let tokens = config.admin_tokens.iter();
        let shown: Vec<_> = tokens
            .map(|token| (token.name.as_str(), token.role))
            .collect();
        assert_eq!(shown, [("billing", Role::Read), ("billing", Role::Read)]);
        assert_eq!(config.admin_tokens[0].secret.as_str(), TOKEN);
        let only = admin("token_file = \"token\"\n")
            .unwrap()
            .admin_tokens
            .remove(0);
        assert_eq!((only.name.as_str(), only.role), ("admin", Role::All));
    }

    #[test]
    fn wrong_token_is_refused_with_its_line_and_without_its_text() {
        let rows = r#"
    token_file = "secret"                                  => 3: admin.token_file: this token has 6 characters, and a short one can be guessed; take at least 24
    token_file = "two lines"                               => 3: admin.token_file: this token has a line break
    token_file = "unseen"                                  => 3: admin.token_file: this token has a line break or another character that cannot be seen
    token_file = "tab"                                     => 3: admin.token_file: this token has a line break or another character that cannot be seen
    token_file = "token" | token_env = "A"                 => 3: admin.token_file: token_env is set too; keep one of them
    hosts = []                                             => 2: admin.token_env: there is no token; write token_env =
    T | name = "a" | role = "read" | file = "secret"       => 6: admin.token.file: this token has 6 characters
    T | name = "a" | role = "write" | file = "token"       => 5: admin.token.role: there is no such word; write one of "read", "resolve", "pay", "all"
    T | role = "read" | file = "token"                     => 3: admin.token.name: it is missing
    T | name = "a" | file = "token"                        => 3: admin.token.role: it is missing
    T | name = "" | role = "read" | file = "token"         => 4: admin.token.name: a token's name has
    T | name = "a b" | role = "read" | file = "token"      => 4: admin.token.name: a token's name has
    T | name = "a" | role = "pay"                          => 3: admin.token.env: env and file are missing
    T | name = "a" | role = "read" | file = "token" | T | name = "a" | role = "pay" | file = "other" => 8: admin.token.name: another token of this name has another role
    T | name = "a" | role = "read" | file = "token" | T | name = "b" | role = "pay" | file = "token" => 8: admin.token.name: another token has the same text
    token_file = "token" | T | name = "admin" | role = "pay" | file = "other" => 5: admin.token.name: another token of this name has another role
    token_file = "token" | hosts = ["jetpay:8081"]         => 4: admin.hosts: write a host name alone
    token_file = "token" | hosts = ["http://jetpay"]       => 4: admin.hosts: write a host name alone
    token_file = "token" | hosts = ["*"]                   => 4: admin.hosts: write a host name alone
    token_file = "token" | hosts = ["хост.kz"]             => 4: admin.hosts: write a host name alone
    token_file = "token" | hosts = ["a?b"]                 => 4: admin.hosts: write a host name alone
    token_file = "token" | hosts = [""]                    => 4: admin.hosts: write a host name alone
    token_file = "token" | hosts = "jetpay"                => 4: admin.hosts: this is a text; write hosts = ["jetpay.internal"]
    "#;
        assert_refused("[admin]", &rows.replace("T |", "[[admin.token]] |"));
    }

    #[test]
    fn readable_secret_and_an_interface_beyond_loopback_are_warned_of() {
        let warnings = |lines: &str| admin(lines).unwrap().warnings.join("\n");
        let far = warnings("token_file = \"token\"\nlisten = \"0.0.0.0:8081\"\n");
        assert!(far.contains("with plain HTTP"), "{far}");
        let near = warnings("token_file = \"token\"\nlisten = \"[::ffff:127.0.0.1]:8081\"\n");
        assert!(!near.contains("with plain HTTP"), "{near}");
        for (mode, warned) in [(0o600, false), (0o640, true), (0o604, true)] {
            use std::os::unix::fs::PermissionsExt;
            let folder = folder();
            let token = folder.path().join("token");
            std::fs::set_permissions(&token, std::fs::Permissions::from_mode(mode)).unwrap();
            let path = folder.path().join("jetpay.toml");
            let config = Config::parse(&format!("{HEAD}{PROJECT}"), &path, false);
            let warnings = config.unwrap().warnings.join("\n");
            assert_eq!(
                warnings.contains("token: chmod 600"),
                warned,
                "{mode:o}\n{warnings}"
            );
        }
    }

    #[test]
    fn command_takes_the_named_token_or_the_first_that_it_can_read() {
        let folder = folder();
        let path = folder.path().join("jetpay.toml");
        let text = "[store]\nurl = \"sqlite://x.db\"\n\
            [[admin.token]]\nname = \"billing\"\nrole = \"read\"\nenv = \"JETPAY_NO_SUCH_VARIABLE\"\n\
            [[admin.token]]\nname = \"aliya\"\nrole = \"resolve\"\nfile = \"token\"\n\
            [[admin.token]]\nname = \"till\"\nrole = \"pay\"\nfile = \"other\"\n";
        std::fs::write(&path, text).unwrap();
        let token = |name| AdminAccess::read(&path, name).map(|access| access.token.to_string());
        assert_eq!(token(None).unwrap(), TOKEN);
        assert_eq!(token(Some("aliya")).unwrap(), TOKEN);
        assert!(token(Some("till")).unwrap().starts_with("another"));
        let problem = |name| token(Some(name)).unwrap_err().to_string();
        assert!(problem("billing").contains("JETPAY_NO_SUCH_VARIABLE is not set"));
        assert!(problem("marat").contains("no token with the name"));
        let only = "token_env = \"JETPAY_NO_SUCH_VARIABLE\"\n[[admin.token]]";
        let text = text.replacen("[[admin.token]]", &format!("[admin]\n{only}"), 1);
        std::fs::write(&path, &text).unwrap();
        assert_eq!(token(None).unwrap(), TOKEN);
        assert!(problem("admin").contains("JETPAY_NO_SUCH_VARIABLE is not set"));
        std::fs::write(&path, text.replace("file = \"", "file = \"no-")).unwrap();
        let all = token(None).unwrap_err().to_string();
        assert_eq!(all.lines().count(), 4, "{all}");
    }
}
