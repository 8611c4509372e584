//! A mail server for tests, on loopback and without TLS.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// A mail server that keeps what it gets. Its threads end with the process.
#[derive(Clone)]
pub struct SmtpServer {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    login: Option<String>,
    refused: Option<String>,
    is_full: bool,
    mails: Vec<Mail>,
    refusals: usize,
}

/// A mail that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The receiver of the envelope.
    pub to: String,
    /// The head and the body, as received.
    pub text: String,
}

impl SmtpServer {
    /// Starts a server that wants no login and takes every mail.
    ///
    /// # Panics
    /// When the machine has no free port.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let server = Self {
            port,
            state: Arc::default(),
        };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // A client that goes away ends its connection.
                thread::spawn(move || serving.serve(&stream).ok());
            }
        });
        server
    }

    /// Its address, as `[mail]` has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on a client must log in: `user` and `password` with a NUL before each, in base64.
    pub fn demand_login(&self, plain: &str) {
        self.state().login = Some(plain.to_owned());
    }

    /// From now on it refuses this receiver for good.
    pub fn refuse(&self, receiver: &str) {
        self.state().refused = Some(receiver.to_owned());
    }

    /// Whether it takes no mail for now.
    pub fn set_full(&self, is_full: bool) {
        self.state().is_full = is_full;
    }

    /// What it took.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.state().mails.clone()
    }

    /// How many mails it did not take.
    #[must_use]
    pub fn refusals(&self) -> usize {
        self.state().refusals
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panicked with it")
    }

    fn serve(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let mut say = |line: &str| stream.write_all(format!("{line}\r\n").as_bytes());
        let (mut is_in, mut to) = (self.state().login.is_none(), None);
        say("220 mail.test")?;
        while let Some(line) = lines.next().transpose()? {
            let (verb, rest) = line.split_at(line.len().min(4));
            match verb {
                "EHLO" => say("250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN")?,
                "AUTH" => {
                    is_in = self.state().login.as_deref() == rest.strip_prefix(" PLAIN ");
                    say(if is_in {
                        "235 ok"
                    } else {
                        "535 5.7.8 wrong login"
                    })?;
                }
                "MAIL" if !is_in => say("530 5.7.0 log in first")?,
                "RCPT" => {
                    let address = rest.trim_start_matches(" TO:<").trim_end_matches('>');
                    to = Some(address.to_owned());
                    if self.state().refused == to {
                        self.state().refusals += 1;
                        to = None;
                        say("550 5.1.1 no such receiver")?;
                    } else {
                        say("250 ok")?;
                    }
                }
                "DATA" => {
                    say("354 go on")?;
                    let mut text = String::new();
                    for line in lines.by_ref() {
                        let line = line?;
                        if line == "." {
                            break;
                        }
                        text += line.strip_prefix('.').unwrap_or(&line);
                        text.push('\n');
                    }
                    let mut state = self.state();
                    if let (false, Some(to)) = (state.is_full, to.take()) {
                        state.mails.push(Mail { to, text });
                        say("250 ok")?;
                    } else {
                        state.refusals += 1;
                        say("452 4.3.1 full")?;
                    }
                }
                "QUIT" => return say("221 bye"),
                _ => say("250 ok")?,
            }
        }
        Ok(())
    }
}
