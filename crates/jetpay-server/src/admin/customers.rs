//! `/v1/customers`: insert, import, change, read, list and delete customers.

use actix_web::web::{self, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Currency;
use jetpay_core::id::CustomerId;
use jetpay_ledger::{Customer, DebtsOutcome, ImportCount};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

use super::error::AdminError;
use super::{Admin, input, resource};
use crate::customer::{self, AsOf, CustomerBody, DebtsBody};
use crate::field_error::FieldError;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/customers").route(web::get().to(list)))
        .service(resource("/customers:import").route(web::post().to(import)))
        .service(
            resource("/customers/{customer_id}")
                .route(web::put().to(put))
                .route(web::get().to(get))
                .route(web::patch().to(patch))
                .route(web::delete().to(delete)),
        );
}

/// A customer in an answer.
#[derive(Serialize)]
struct CustomerView<'a> {
    #[serde(flatten)]
    customer: &'a Customer,
    /// Minor units.
    balance: i64,
    currency: Currency,
}

async fn put(
    admin: Data<Admin>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let body: CustomerBody = input::json(payload).await?;
    let as_of = AsOf::end(admin.ledger.last_entry().await?);
    let customer = body.into_customer(customer_id(&path)?, as_of)?;
    let mut response = if admin.ledger.put_customer(customer.clone()).await? {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(response.json(view(&admin, &customer).await?))
}

async fn get(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let customer = admin
        .ledger
        .customer(&path)
        .await?
        .ok_or_else(no_such_customer)?;
    Ok(HttpResponse::Ok().json(view(&admin, &customer).await?))
}

/// Changes the debts of some contracts.
async fn patch(
    admin: Data<Admin>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let body: DebtsBody = input::json(payload).await?;
    let as_of = AsOf::end(admin.ledger.last_entry().await?);
    let (debts, as_of_seq) = body.into_debts(as_of)?;
    let id = CustomerId::new(path.as_str()).map_err(|_| no_such_customer())?;
    match admin.ledger.change_debts(id, debts, as_of_seq).await? {
        DebtsOutcome::Changed(customer) => {
            Ok(HttpResponse::Ok().json(view(&admin, &customer).await?))
        }
        DebtsOutcome::NoSuchCustomer => Err(no_such_customer()),
        DebtsOutcome::NoSuchContract(place) => Err(AdminError::invalid(
            format!("contracts[{place}].id"),
            "is no contract of this customer; nothing was changed",
        )),
    }
}

/// The most lines of an import.
const MAX_LINES: usize = 10_000;

/// What an import did, and the lines that it left out.
#[derive(Serialize)]
struct Import {
    #[serde(flatten)]
    count: ImportCount,
    errors: Vec<LineError>,
}

/// What is wrong with a line.
#[derive(Serialize)]
struct LineError {
    /// From 1.
    line: usize,
    #[serde(flatten)]
    error: FieldError,
}

/// Inserts or replaces the customers in JSON Lines. Lines that are wrong are left out.
async fn import(admin: Data<Admin>, payload: Payload) -> Result<HttpResponse, AdminError> {
    let as_of = AsOf::end(admin.ledger.last_entry().await?);
    let body = input::bytes(payload, input::MAX_IMPORT).await?;
    let lines = || {
        let lines = (1..).zip(body.split(|&byte| byte == b'\n'));
        lines.filter(|(_, text)| !text.trim_ascii().is_empty())
    };
    if lines().count() > MAX_LINES {
        return Err(AdminError::too_many_lines(MAX_LINES));
    }
    let (mut customers, mut errors) = (Vec::new(), Vec::new());
    let mut seen = HashMap::new();
    for (line, text) in lines() {
        let mut wrong = |error| errors.push(LineError { line, error });
        match customer::from_line(text, as_of) {
            Ok(customer) => match *seen.entry(customer.customer_id.clone()).or_insert(line) {
                first if first == line => customers.push(customer),
                first => {
                    let message = format!("is already in line {first}");
                    wrong(FieldError::new("customer_id", message));
                }
            },
            Err(errors) => errors.into_iter().for_each(wrong),
        }
    }
    let count = admin.ledger.import_customers(customers).await?;
    Ok(HttpResponse::Ok().json(Import { count, errors }))
}

/// Deletes the customer. The customer's entries stay in the ledger.
async fn delete(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let id = CustomerId::new(path.as_str()).map_err(|_| no_such_customer())?;
    if admin.ledger.delete_customer(&id).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(no_such_customer())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    after: Option<String>,
    limit: Option<usize>,
}

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let limit = input::limit(page.limit)?;
    let customers = admin
        .ledger
        .customers(page.after.as_deref(), limit + 1)
        .await?;
    let (customers, next) = input::page(customers, limit, |last| last.customer_id.clone());
    let mut views = Vec::with_capacity(customers.len());
    for customer in &customers {
        views.push(view(&admin, customer).await?);
    }
    Ok(input::list("customers", &views, next))
}

async fn view<'a>(admin: &Admin, customer: &'a Customer) -> Result<CustomerView<'a>, AdminError> {
    let balance = admin.ledger.balance(customer.customer_id.as_str()).await?;
    Ok(CustomerView {
        customer,
        balance,
        currency: admin.currency,
    })
}

fn customer_id(path: &str) -> Result<CustomerId, AdminError> {
    // actix replaces bytes that are not UTF-8 by this character: different ids would become equal.
    if path.contains(char::REPLACEMENT_CHARACTER) {
        return Err(AdminError::invalid(
            "customer_id",
            "must be percent-encoded UTF-8",
        ));
    }
    CustomerId::new(path).map_err(|error| AdminError::invalid("customer_id", error.to_string()))
}

fn no_such_customer() -> AdminError {
    AdminError::not_found("there is no customer with this id")
}
