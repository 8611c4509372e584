//! The pages for the people at the desk, as a browser gets them.

#[path = "../support/mod.rs"]
mod support;

mod desk;
mod door;
mod today;
