//! The bare handlers that the service is compared with: the same web framework with the same settings, which reads the body
//! and answers a constant. One answers at once; the other after its body is on the disk.

use std::fs::File;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, Result};
use tokio::sync::{mpsc, oneshot};

use super::process::free_address;
use crate::service::Process;

/// The keep-alive time of the service.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// So many bodies may wait for the disk, as in the service.
const QUEUE: usize = 8192;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Listen on this port of the loopback address
    #[arg(long)]
    port: u16,
    /// Answer each request with HTTP 200 and this body
    #[arg(long)]
    answer: String,
    /// Append each body to this file, and answer after it is on the disk
    #[arg(long)]
    sync: Option<PathBuf>,
}

/// Starts a bare handler as a process of its own.
pub(super) fn start(answer: &str, sync: Option<&Path>) -> Result<(SocketAddr, Process)> {
    let address = free_address();
    let mut bare = Command::new(std::env::current_exe()?);
    bare.args(["bench-bare-server", "--answer", answer, "--port"]);
    bare.arg(address.port().to_string());
    if let Some(file) = sync {
        bare.arg("--sync").arg(file);
    }
    Ok((address, Process::start(&mut bare)?.accepts(address)?))
}

/// Serves until the process is killed.
pub(crate) fn serve(arguments: &Arguments) -> Result<()> {
    let answer: &'static str = arguments.answer.clone().leak();
    let disk = arguments.sync.as_deref().map(Disk::open).transpose()?;
    let server = HttpServer::new(move || {
        let disk = disk.clone();
        let handler = move |body: web::Bytes| {
            let disk = disk.clone();
            async move {
                if let Some(disk) = disk
                    && disk.write(body).await.is_none()
                {
                    return HttpResponse::ServiceUnavailable().finish();
                }
                let mut response = HttpResponse::Ok();
                if answer.is_empty() {
                    response.finish()
                } else {
                    response.content_type(ContentType::json()).body(answer)
                }
            }
        };
        App::new().default_service(web::post().to(handler))
    });
    let server = server.keep_alive(KEEP_ALIVE);
    actix_web::rt::System::new()
        .block_on(server.bind((Ipv4Addr::LOCALHOST, arguments.port))?.run())?;
    Ok(())
}

/// A file to which one thread appends what waits, with one `fdatasync` for all of it.
#[derive(Clone)]
struct Disk(mpsc::Sender<(web::Bytes, oneshot::Sender<()>)>);

impl Disk {
    fn open(path: &Path) -> Result<Self> {
        let mut file =
            File::create(path).with_context(|| format!("{} cannot be made", path.display()))?;
        let (sender, mut waiting) = mpsc::channel(QUEUE);
        thread::spawn(move || {
            let mut group: Vec<(web::Bytes, oneshot::Sender<()>)> = Vec::with_capacity(QUEUE);
            let mut bodies = Vec::new();
            while waiting.blocking_recv_many(&mut group, QUEUE) > 0 {
                bodies.clear();
                for (body, _) in &group {
                    bodies.extend_from_slice(body);
                }
                let written = file.write_all(&bodies).and_then(|()| file.sync_data());
                for (_, answer) in group.drain(..).filter(|_| written.is_ok()) {
                    let _gone = answer.send(());
                }
            }
        });
        Ok(Self(sender))
    }

    /// `None` if the disk took it not.
    async fn write(&self, body: web::Bytes) -> Option<()> {
        let (answer, written) = oneshot::channel();
        self.0.send((body, answer)).await.ok()?;
        written.await.ok()
    }
}
