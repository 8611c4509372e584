//! What the command refuses before it sends anything.

use super::running::{CUSTOMER, Folder};
use super::{VARIABLE, simulate};

#[test]
fn endpoint_on_another_machine_is_refused_unless_credits_are_allowed() {
    let folder = Folder::new();
    let with = |url: &str, more: &[&str]| {
        let mut arguments = vec![
            "--url",
            url,
            "--method",
            "kaspi",
            "--project",
            "1234",
            "--secret-env",
            VARIABLE,
            "--customer",
            CUSTOMER,
            "--count",
            "0",
        ];
        arguments.extend(more);
        simulate(&folder, &arguments)
    };
    // This address is reserved for documentation. The command sends nothing to it, because it starts no top-up.
    for (url, more, host) in [
        ("http://192.0.2.1/kaspi", vec![], "192.0.2.1"),
        (
            "https://merchant.example/{method}",
            vec![],
            "merchant.example",
        ),
        (
            "http://127.0.0.1.example/kaspi",
            vec![],
            "127.0.0.1.example",
        ),
        (
            "http://localhost/kaspi",
            vec!["--callback-url", "http://[2001:db8::1]/"],
            "[2001:db8::1]",
        ),
    ] {
        let (code, out, err) = with(url, &more);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        assert!(
            err.starts_with(&format!("error: {host} is another machine"))
                && err.contains("--allow-credits"),
            "{err}"
        );
    }
    let (code, out, _) = with("http://192.0.2.1/kaspi", &["--allow-credits"]);
    assert_eq!(code, Some(0), "{out}");
    for url in [
        "http://localhost:1/kaspi",
        "http://[::1]:1/kaspi",
        "http://127.9.9.9/",
    ] {
        assert_eq!(with(url, &[]).0, Some(0), "{url}");
    }
}

#[test]
fn tokens_in_urls_are_not_shown() {
    let folder = Folder::new();
    let with = |url: &str, callbacks: &str| {
        let arguments = [
            "--project",
            "1234",
            "--secret-env",
            VARIABLE,
            "--customer",
            CUSTOMER,
            "--count",
            "0",
            "--url",
            url,
            "--callback-url",
            callbacks,
        ];
        simulate(&folder, &arguments)
    };
    let (code, out, err) = with(
        "http://127.0.0.1:1/pay?token=hush&by={method}",
        "http://127.0.0.1:1/told?hush",
    );
    assert_eq!(code, Some(0), "{err}");
    let shown =
        "to http://127.0.0.1:1/pay?token=…&by={method}, callbacks to http://127.0.0.1:1/told?…\n";
    assert!(out.contains(shown) && !out.contains("hush"), "{out}");
    for url in [
        "http://192.0.2.1/{method}?token=hush",
        "ftp://127.0.0.1/{method}?token=hush",
        "127.0.0.1/{method}?token=hush",
        "http://127.0.0.1:99999/{method}?token=hush",
    ] {
        for (url, callbacks) in [
            (url, "http://127.0.0.1:1/"),
            ("http://127.0.0.1:1/{method}", url),
        ] {
            let (code, out, err) = with(url, callbacks);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{url}");
            assert!(err.starts_with("error: ") && !err.contains("hush"), "{err}");
        }
    }
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_sent() {
    let folder = Folder::new();
    let good = "--url http://127.0.0.1:1/kaspi --method kaspi --project 1 --secret-env SECRET_OF_TESTS --customer 1 --count 0";
    assert_eq!(
        simulate(&folder, &good.split(' ').collect::<Vec<_>>()).0,
        Some(0)
    );
    for (from, to, error) in [
        ("--customer 1", "", "--customer"),
        ("--customer 1", "--customer ,", "there is no customer"),
        (
            "--customer 1",
            "--customers no-such-file",
            "cannot read no-such-file",
        ),
        ("--method kaspi", "", "the method is missing"),
        ("--method kaspi", "--method visa", "the methods are kaspi, "),
        (
            "--project 1 --secret-env SECRET_OF_TESTS",
            "",
            "the project is missing",
        ),
        (VARIABLE, "NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE is not set"),
        (
            "http://127.0.0.1:1/kaspi",
            "ftp://127.0.0.1/",
            "must begin with http",
        ),
        ("http://127.0.0.1:1/kaspi", "127.0.0.1", "this is not a URL"),
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
        let arguments = good.replace(from, to);
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        let (code, out, err) = simulate(&folder, &arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{to}: {err}");
        assert!(err.contains(error), "{to}: {err}");
    }
    let password = good.replace("http://", "http://me:a-password@");
    let (code, _, err) = simulate(&folder, &password.split(' ').collect::<Vec<_>>());
    assert_eq!(code, Some(2));
    assert!(
        err.contains("leave them out") && !err.contains("a-password"),
        "{err}"
    );
}
