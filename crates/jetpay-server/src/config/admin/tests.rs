//! Valid and invalid tables `[admin]`.

use std::path::Path;

use crate::config::tests::{HEAD, PROJECT, TOKEN, folder, read};
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
    let token = |name: &str, role: &str, file: &str| {
        format!("[[admin.token]]\nname = {name:?}\nrole = {role:?}\nfile = {file:?}\n")
    };
    let good = token("a", "read", "token");
    for (lines, line, part) in [
        (
            "token_file = \"secret\"\n".to_owned(),
            8,
            "has 6 characters",
        ),
        (token("a", "read", "secret"), 11, "take at least 24"),
        (token("a", "write", "token"), 10, "unknown variant"),
        (token("", "read", "token"), 9, "a token's name has"),
        (token("a b", "read", "token"), 9, "a token's name has"),
        (
            good.clone() + &token("a", "pay", "other"),
            13,
            "has another role",
        ),
        (
            good.clone() + &token("b", "pay", "token"),
            13,
            "has the same text",
        ),
        (
            "token_file = \"token\"\n".to_owned() + &token("admin", "pay", "other"),
            10,
            "has another role",
        ),
        (
            "[[admin.token]]\nname = \"a\"\nrole = \"pay\"\n".to_owned(),
            9,
            "either env or file",
        ),
    ] {
        let text = admin(&lines).err().expect(&lines);
        assert!(
            text.contains(&format!("jetpay.toml:{line}:")) && text.contains(part),
            "{lines}\n{text}"
        );
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[test]
fn readable_secret_and_an_interface_beyond_loopback_are_warned_of() {
    let warnings = |lines: &str| admin(lines).unwrap().warnings.join("\n");
    let far = warnings("token_file = \"token\"\nlisten = \"0.0.0.0:8081\"\n");
    assert!(far.contains("with plain HTTP"), "{far}");
    let near = warnings("token_file = \"token\"\nlisten = \"[::ffff:127.0.0.1]:8081\"\n");
    assert!(!near.contains("with plain HTTP"), "{near}");
    #[cfg(unix)]
    for (mode, warned) in [(0o600, false), (0o640, true), (0o604, true)] {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let token = folder.path().join("token");
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(mode)).unwrap();
        let config = Config::parse(&format!("{HEAD}{PROJECT}"), Path::new("x"), folder.path());
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

#[test]
fn token_with_a_line_break_inside_is_refused_with_its_line() {
    let folder = folder();
    let path = folder.path().join("jetpay.toml");
    std::fs::write(folder.path().join("token"), format!("{TOKEN}\n{TOKEN}\n")).unwrap();
    let config = Config::parse(&format!("{HEAD}{PROJECT}"), &path, folder.path());
    let text = config.err().expect("two lines are no token").to_string();
    assert!(
        text.contains("jetpay.toml:2: this token has a line break"),
        "{text}"
    );
    assert!(!text.contains(TOKEN), "{text}");
}

#[test]
fn host_with_a_port_or_a_scheme_is_refused() {
    for host in ["jetpay:8081", "http://jetpay", "*", ""] {
        let lines = format!("token_file = \"token\"\nhosts = [{host:?}]\n");
        let text = admin(&lines).err().expect(host);
        assert!(text.contains("jetpay.toml:9: write a host name"), "{text}");
    }
}
