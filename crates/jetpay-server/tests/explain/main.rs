//! `jetpay explain`: what it reads, what it says, and how it ends.

mod hints;
mod output;
mod place;
mod robust;
mod secrets;
