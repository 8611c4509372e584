//! An endpoint that says yes to everything, now and then breaks down, and answers what harms a careless reader.

#![allow(dead_code, reason = "a module of tests: each test file uses its part")]

pub(crate) mod gone;

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use jetpay_conformance::{Customers, Group, Project, Report, Target, checks, run_these};
use jetpay_platform::KASPI;

/// The project's secret, which no report shows.
pub(crate) const SECRET: &str = "secret-of-the-shop";

/// Whoever asks is told this, as if it were all right.
const ANSWER: &str = "{\"code\":0,\"message\":\"<script>document.title='\u{202e}owned'</script>\
    <img src=http://127.0.0.1:9/x onerror=alert(1)>\",\"payment_id\":\"'\\\"><b>\"}";

/// What was found of an endpoint that says yes to everything.
pub(crate) async fn report() -> Report {
    let asked = Arc::new(Mutex::new(0));
    let server = HttpServer::new(move || {
        let asked = Arc::clone(&asked);
        App::new().default_service(web::to(move || {
            let mut asked = asked.lock().unwrap();
            *asked += 1;
            // Now and then it breaks down, and says more than it should.
            let (mut answer, body) = if *asked % 7 == 0 {
                let told = format!("hmac('{SECRET}') failed");
                (HttpResponse::InternalServerError(), told)
            } else {
                (HttpResponse::Ok(), ANSWER.to_owned())
            };
            async move { answer.content_type("application/json").body(body) }
        }))
    });
    let server = server.workers(1).bind("127.0.0.1:0").unwrap();
    let url = format!("http://me:hidden@{}/pay/{{method}}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    let running = tokio::spawn(server);
    let project = Project::new(1234, SECRET).unwrap().only([&KASPI]);
    let target = Target::at(url, project, Customers::standard());
    // What takes long is not what is shown.
    let quick = checks(&target)
        .into_iter()
        .filter(|check| !matches!(check.group, Group::Time | Group::Robustness));
    let report = run_these(&target, quick, |_| ()).await;
    handle.stop(false).await;
    running.await.unwrap().unwrap();
    report
}
