//! The rules, row by row and in every order.

mod given;
mod histories;
mod rows;
