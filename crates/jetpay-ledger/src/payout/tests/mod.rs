//! The rules, row by row and in every order.

mod contradictions;
mod given;
mod histories;
mod rows;
mod without_operation;
