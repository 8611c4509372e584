//! The servers that are measured: the real service, and the bare handler that it is compared with.

use std::fmt::Write;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, Result, bail, ensure};
use jetpay_testing::SECRET;

use super::load::Connection;
use super::messages::{PROJECT, contract, customer};
use crate::shell;

/// The number of customers in the store.
pub(super) const CUSTOMERS: usize = 100_000;
const TOKEN: &str = "token-of-the-benchmark-run";

/// The real service, with its store on disk and many customers in it.
pub(super) struct Service {
    pub(super) address: SocketAddr,
    admin: SocketAddr,
    process: Process,
    _folder: Folder,
}

impl Service {
    /// Builds the service, imports the customers and starts `jetpay serve`.
    pub(super) fn start() -> Result<Self> {
        // The profile of this program: the shipped one, unless a contributor works on the benchmark.
        let profile = if cfg!(debug_assertions) {
            "dev"
        } else {
            "dist"
        };
        let package = ["--package", "jetpay-server"];
        shell::run_cargo(&[&["build", "--quiet", "--profile", profile], &package[..]].concat())?;
        let own = std::env::current_exe()?;
        let binary = own.with_file_name(format!("jetpay{}", std::env::consts::EXE_SUFFIX));
        ensure!(
            binary.is_file(),
            "{} is missing: jetpay-server must have a binary `jetpay`",
            binary.display()
        );

        let folder = Folder::beside(&own)?;
        let (address, admin) = (free_address()?, free_address()?);
        let config = folder.write("jetpay.toml", &configuration(address, admin))?;
        let customers = folder.write("customers.csv", &customers())?;
        let jetpay = || {
            let mut command = Command::new(&binary);
            command
                .env("JETPAY_BENCH_SECRET", SECRET)
                .env("JETPAY_BENCH_TOKEN", TOKEN)
                .env("RUST_LOG", "warn");
            command
        };
        shell::run(
            jetpay()
                .args(["customers", "import"])
                .arg(&customers)
                .arg("--config")
                .arg(&config),
        )?;
        let process = Process::start(jetpay().arg("serve").arg("--config").arg(&config), address)?;
        Ok(Self {
            address,
            admin,
            process,
            _folder: folder,
        })
    }

    /// The process id.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The number of credits in the feed, read as a merchant's billing reads it.
    pub(super) fn credits(&self) -> Result<usize> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let mut connection = Connection::open(self.admin).await?;
            let (mut after, mut credits) = (0, 0);
            loop {
                let request = format!(
                    "GET /v1/entries?after={after}&limit=1000 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
                );
                let answer = connection.exchange(request.as_bytes()).await?;
                ensure!(answer.status == 200, "the feed of entries answers {answer}");
                let page: serde_json::Value = serde_json::from_slice(answer.body)?;
                let entries = page["entries"].as_array().context("the feed has no `entries`")?.len();
                if entries == 0 {
                    return Ok(credits);
                }
                credits += entries;
                after = page["next"].as_u64().context("the feed has no `next`")?;
            }
        })
    }
}

fn configuration(address: SocketAddr, admin: SocketAddr) -> String {
    format!(
        r#"[server]
listen = "{address}"
max_connections = 15_000
[admin]
listen = "{admin}"
token_env = "JETPAY_BENCH_TOKEN"
[store]
url = "sqlite://jetpay.db"
[[project]]
id = {PROJECT}
methods = ["kaspi"]
currency = "KZT"
secret_env = "JETPAY_BENCH_SECRET"
"#
    )
}

fn customers() -> String {
    let columns = "customer_id,additional_customer_id,contract_id,contract_number,payment,min_payment,status_code";
    let mut text = format!("{columns}\n");
    for n in 0..CUSTOMERS {
        writeln!(
            text,
            "{},A{n},{},N-{n},100000,10000,0",
            customer(n),
            contract(n)
        )
        .expect("writing to a String cannot fail");
    }
    text
}

/// A folder beside the build, so it is on a disk. A folder for temporary files may be in memory, where a sync costs nothing.
struct Folder(PathBuf);

impl Folder {
    fn beside(file: &Path) -> Result<Self> {
        let path = file.with_file_name(format!("bench-{}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path))
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} was not removed: {error}", self.0.display());
        }
    }
}

/// The keep-alive time of the service.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct BareArguments {
    /// Listen on this port of the loopback address
    #[arg(long)]
    port: u16,
    /// Answer each request with HTTP 200 and this body
    #[arg(long)]
    answer: String,
}

/// Serves the bare handler until it is killed: the same web framework with the same settings as the service, which reads
/// the body and answers a constant.
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

/// A server must accept connections within this time.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A server process. Dropping the value kills it.
pub(super) struct Process {
    child: Child,
}

impl Process {
    /// Starts a server and waits until it accepts connections.
    pub(super) fn start(command: &mut Command, address: SocketAddr) -> Result<Self> {
        let child = command
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        let mut process = Self { child };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = process.child.try_wait()? {
                bail!(
                    "{} ended before it accepted a connection ({status})",
                    command.get_program().display()
                );
            }
            if begun.elapsed() > START_TIMEOUT {
                bail!(
                    "{} does not listen on {address}",
                    command.get_program().display()
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(process)
    }

    /// The process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // If the process has ended by itself, both calls fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A loopback address on which no server listens now.
pub(super) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
