//! What a billing or a receiver gets over HTTP, and what its answers become.

mod delivering;
mod dialect_client;
mod fixtures;
mod https;
mod looking_up;
mod lost;
mod properties;
mod results;
mod simulated;
mod wire;
