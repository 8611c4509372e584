//! What the command refuses before it sends anything.

use super::simulate;
use crate::support::{CUSTOMER, Folder, Said, assert_has};

/// The standard error of a command that is refused: it sends and shows nothing.
#[track_caller]
fn refused(said: Said) -> String {
    assert_eq!((said.code, &*said.out), (Some(2), ""), "{said:?}");
    said.err
}

#[test]
fn endpoint_on_another_machine_is_refused_unless_credits_are_allowed() {
    let folder = Folder::new();
    let with = |url: &str| {
        let options = "--method kaspi --project 1234 --secret-env SECRET --count 0";
        simulate(
            &folder,
            &format!("{options} --customer {CUSTOMER} --url {url}"),
        )
    };
    // This address is reserved for documentation. The command sends nothing to it, because it starts no top-up.
    for (url, host) in [
        ("http://192.0.2.1/kaspi", "192.0.2.1"),
        ("https://merchant.example/{method}", "merchant.example"),
        ("http://127.0.0.1.example/kaspi", "127.0.0.1.example"),
        (
            "http://localhost/kaspi --callback-url http://[2001:db8::1]/",
            "[2001:db8::1]",
        ),
    ] {
        let error = refused(with(url));
        let begin = format!("error: {host} is another machine");
        assert!(
            error.starts_with(&begin) && error.contains("--allow-credits"),
            "{error}"
        );
    }
    for url in [
        "http://192.0.2.1/kaspi --allow-credits",
        "http://localhost:1/kaspi",
        "http://[::1]:1/kaspi",
        "http://127.9.9.9/",
    ] {
        with(url).good();
    }
}

#[test]
fn tokens_in_urls_are_not_shown() {
    let folder = Folder::new();
    let with = |url: &str, callbacks: &str| {
        let options = format!("--project 1234 --secret-env SECRET --customer {CUSTOMER} --count 0");
        simulate(
            &folder,
            &format!("{options} --url {url} --callback-url {callbacks}"),
        )
    };
    let url = "http://127.0.0.1:1/pay?token=hush&by={method}";
    let out = with(url, "http://127.0.0.1:1/told?hush").good();
    let shown =
        "to http://127.0.0.1:1/pay?token=…&by={method}, callbacks to http://127.0.0.1:1/told?…\n";
    assert!(out.contains(shown) && !out.contains("hush"), "{out}");
    for url in [
        "http://192.0.2.1/{method}?token=hush",
        "ftp://127.0.0.1/{method}?token=hush",
        "127.0.0.1/{method}?token=hush",
        "http://127.0.0.1:99999/{method}?token=hush",
    ] {
        let good = ["http://127.0.0.1:1/", "http://127.0.0.1:1/{method}"];
        for said in [with(url, good[0]), with(good[1], url)] {
            let error = refused(said);
            assert!(
                error.starts_with("error: ") && !error.contains("hush"),
                "{error}"
            );
        }
    }
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_sent() {
    let folder = Folder::new();
    let good = "--url http://127.0.0.1:1/kaspi --method kaspi --project 1 --secret-env SECRET --customer 1 --count 0";
    simulate(&folder, good).good();
    let url = "http://127.0.0.1:1/kaspi";
    let project = "--project 1 --secret-env SECRET";
    for (from, to, part) in [
        ("--customer 1", "", "--customer"),
        ("--customer 1", "--customer ,", "there is no customer"),
        (
            "--customer 1",
            "--customers no-such-file",
            "cannot read no-such-file",
        ),
        ("--method kaspi", "", "the method is missing"),
        ("--method kaspi", "--method visa", "the methods are kaspi, "),
        (project, "", "the project is missing"),
        ("SECRET", "NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE is not set"),
        (url, "ftp://127.0.0.1/", "must begin with http"),
        (url, "127.0.0.1", "this is not a URL"),
        (
            "--count 0",
            "--faults fast",
            "there is no fault `fast`; there are: repeat,",
        ),
        (
            "--count 0",
            "--faults slow=2000",
            "a share is a number from 0 to 1000",
        ),
        ("--count 0", "--rate 0", "a rate is a number of top-ups"),
        (
            "--count 0",
            "--contract :1",
            "a contract is ID or ID:NUMBER",
        ),
    ] {
        assert_has(
            &refused(simulate(&folder, &good.replace(from, to))),
            &[part],
        );
    }
    let password = good.replace("http://", "http://me:a-password@");
    let error = refused(simulate(&folder, &password));
    assert!(
        error.contains("leave them out") && !error.contains("a-password"),
        "{error}"
    );
}
