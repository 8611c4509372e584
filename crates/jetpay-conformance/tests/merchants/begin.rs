//! A run begins with an endpoint that answers `verify`, or says why it cannot.

use jetpay_conformance::{Customers, Project, Target, prepare};
use jetpay_platform::KASPI;

use crate::merchant::{PAYER, PROJECT, SECRETS, serve_constant};

#[tokio::test(flavor = "multi_thread")]
async fn run_cannot_begin_with_an_endpoint_that_refuses_verify_or_is_none() {
    let (signature, customer) = ("refuses the signature", "does not know the customer");
    let (filter, path, page) = ("a login or a filter", "does not serve it", "a page came");
    let refused = "refuses the customer";
    let note = "should be answered with HTTP 200 and code 0, but got";
    for (status, body, says) in [
        (200, r#"{"code":400,"message":"no"}"#, signature),
        (
            400,
            r#"{"code":400,"message":"HMAC with the first/of secrets"}"#,
            signature,
        ),
        (
            200,
            r#"{"code":500,"message":"unknown project"}"#,
            signature,
        ),
        (200, r#"{"code":"400"}"#, signature),
        (
            200,
            r#"{"code":500,"message":"Неверная подпись"}"#,
            signature,
        ),
        (403, r#"{"code":403,"message":"Bad signature"}"#, signature),
        (401, r#"{"error":"invalid signature"}"#, signature),
        (400, r#"{"error":"no"}"#, signature),
        (401, r#"{"code":401,"message":"Unauthorized"}"#, signature),
        (403, r#"{"code":500,"message":"Forbidden"}"#, signature),
        (200, r#"{"code":404,"message":"no"}"#, customer),
        (404, r#"{"code":404}"#, customer),
        (200, r#"{"code":"404"}"#, customer),
        (
            200,
            r#"{"code":500,"message":"Абонент не найден"}"#,
            customer,
        ),
        (404, r#"{"code":1,"message":"no"}"#, customer),
        (200, r#"{"code":204,"message":"no"}"#, "owes nothing"),
        (301, "", "a redirect"),
        (308, "<html>", "a redirect"),
        (401, "", filter),
        (403, "<html>Forbidden</html>", filter),
        (404, "Not Found", path),
        (405, "", path),
        (200, "<!DOCTYPE html><form>a signature</form>", page),
        (
            400,
            "<html>The plain HTTP request was sent to HTTPS port</html>",
            page,
        ),
        (500, "<html>signature.php failed</html>", note),
        (503, "", note),
        (200, "hello", note),
        (200, r#"{"code":500,"message":"closed"}"#, refused),
        (422, r#"{"code":7,"message":""}"#, refused),
        (500, r#"{"code":500,"message":"closed"}"#, note),
        (201, r#"{"code":0}"#, note),
    ] {
        let project = Project::new(PROJECT, SECRETS[0]).unwrap();
        let project = project.with_methods([&KASPI]);
        let customers = Customers::new(PAYER, "0");
        let mut target = Target::new(serve_constant(status, body), project, customers);
        let prepared = prepare(&mut target).await;
        let got = match prepared {
            Ok(()) => target.notes[0].clone(),
            Err(error) => error.to_string(),
        };
        assert!(got.contains(says), "{status} {body}: {got}");
        assert_eq!(prepare(&mut target).await.is_ok(), says == note, "{got}");
        assert!(got.contains("7123456789 in project 1234"), "{got}");
        assert!(
            got.contains(&format!("HTTP {status}")) && !got.contains(SECRETS[0]),
            "{got}"
        );
    }
}

#[test]
fn secret_of_fewer_than_eight_characters_is_refused() {
    for secret in ["", "code", "seven77", "пароль7"] {
        assert!(Project::new(1, secret).is_err(), "{secret}");
    }
    for secret in ["password", "пароль77"] {
        assert!(
            Project::new(1, secret)
                .unwrap()
                .with_secret("short")
                .is_err()
        );
    }
}
