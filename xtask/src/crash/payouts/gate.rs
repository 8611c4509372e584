//! The simulated Gate, on threads of its own: what we wait for never makes its answers late.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use jetpay_core::{Keyring, Project};
use jetpay_platform::gate::{self, Event, EventHandler, GateState, Server, ServerOptions};
use jetpay_platform::next_operation_id;
use tokio::runtime::{Builder, Runtime};

use super::book::Book;
use super::relay::relay;
use crate::crash::messages::PROJECT;
use crate::crash::service::SECRET;

/// Divides the waits before a callback comes again: of 10 seconds, 2 milliseconds are left.
const HURRY: u32 = 5_000;

pub(super) struct Gate {
    server: Server,
    runtime: Option<Runtime>,
}

impl Gate {
    /// Listens at this port, and tells whichever of the services chance chooses.
    pub(super) fn open(port: u16, services: Vec<u16>, book: &Arc<Mutex<Book>>) -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let entered = runtime.enter();
        let callbacks = listen(0)?;
        let callback_url = format!("http://{}/callback", callbacks.local_addr()?);
        runtime.spawn(relay(callbacks, services));
        let project = Project::new(PROJECT, SECRET)?;
        let books =
            GateState::new(Keyring::from(project)).with_operation_ids_from(next_operation_id());
        let book = Arc::clone(book);
        let serving = ServerOptions {
            callback_url: Some(callback_url.parse()?),
            hurry: HURRY,
            on_event: EventHandler::new(move |event| {
                let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
                happened(&mut book, event);
            }),
            ..ServerOptions::default()
        };
        let server = gate::serve(listen(port)?, books, serving)?;
        drop(entered);
        Ok(Self {
            server,
            runtime: Some(runtime),
        })
    }

    pub(super) fn books(&self) -> MutexGuard<'_, GateState> {
        self.server.state()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // Waiting for its threads is not allowed where other tasks run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn listen(port: u16) -> Result<tokio::net::TcpListener> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    listener.set_nonblocking(true)?;
    Ok(tokio::net::TcpListener::from_std(listener)?)
}

fn happened(book: &mut Book, event: Event) {
    match event {
        Event::Delivered {
            payment_id,
            status,
            answer,
        } => match answer {
            Ok(200) => book.told(payment_id, status),
            // The service or its store is away: it comes again.
            Ok(503) | Err(_) => book.undelivered += 1,
            Ok(answer) => book.odd.push(format!(
                "{payment_id}: the callback of {status} was answered with HTTP {answer}"
            )),
        },
        // Its signature, or its form.
        Event::Rejected { status, why } => book.odd.push(format!(
            "the Gate turned a request down with HTTP {status}: {why}"
        )),
        _ => {}
    }
}
