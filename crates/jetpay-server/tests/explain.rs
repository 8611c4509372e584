//! `jetpay explain`, as a person uses it: what it reads, what it says, and how it ends.

#[path = "explain/hints.rs"]
mod hints;
#[path = "explain/output.rs"]
mod output;
#[path = "explain/place.rs"]
mod place;
#[path = "explain/robust.rs"]
mod robust;
#[path = "explain/secrets.rs"]
mod secrets;
