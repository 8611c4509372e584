//! The bare handler: the same web framework with the same settings, a body that is read, and a constant answer.

use std::net::Ipv4Addr;
use std::time::Duration;

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Result;

/// As the service's.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct BareArguments {
    /// Where to listen, on loopback
    #[arg(long)]
    port: u16,
    /// What to answer, with HTTP 200
    #[arg(long)]
    answer: String,
}

/// Serves until it is killed.
pub(crate) fn serve_bare(arguments: &BareArguments) -> Result<()> {
    let answer: &'static str = arguments.answer.clone().leak();
    let server = HttpServer::new(move || {
        let handler = move |_: web::Bytes| async move {
            let mut response = HttpResponse::Ok();
            if answer.is_empty() {
                response.finish()
            } else {
                response.content_type(ContentType::json()).body(answer)
            }
        };
        App::new().default_service(web::post().to(handler))
    });
    let server = server.keep_alive(KEEP_ALIVE);
    actix_web::rt::System::new()
        .block_on(server.bind((Ipv4Addr::LOCALHOST, arguments.port))?.run())?;
    Ok(())
}
