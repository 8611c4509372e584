//! `/v1/customers`.

use actix_web::web::{self, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Currency;
use jetpay_core::id::CustomerId;
use jetpay_ledger::{Customer, Put};
use serde::{Deserialize, Serialize};

use super::Admin;
use super::error::{self, AdminError};
use super::input;
use crate::customer::CustomerBody;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/customers")
                .route(web::get().to(list))
                .default_service(web::to(error::no_such_method)),
        )
        .service(
            web::resource("/customers/{customer_id}")
                .route(web::put().to(put))
                .route(web::get().to(get))
                .route(web::delete().to(delete))
                .default_service(web::to(error::no_such_method)),
        );
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    customer: &'a Customer,
    balance: i64,
    currency: Currency,
}

async fn put(
    admin: Data<Admin>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let body: CustomerBody = input::json(payload).await?;
    let customer = body.into_customer(customer_id(&path)?)?;
    let mut response = match admin.ledger.put_customer(customer.clone()).await? {
        Put::New => HttpResponse::Created(),
        Put::Replaced => HttpResponse::Ok(),
    };
    Ok(response.json(shown(&admin, &customer).await?))
}

async fn get(admin: Data<Admin>, path: Path<String>) -> Result<HttpResponse, AdminError> {
    let customer = admin
        .ledger
        .customer(&path)
        .await?
        .ok_or_else(no_such_customer)?;
    Ok(HttpResponse::Ok().json(shown(&admin, &customer).await?))
}

/// The ledger stays: the entries of a customer who is gone are still entries.
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

#[derive(Serialize)]
struct List<'a> {
    customers: Vec<Shown<'a>>,
    /// What to give as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
}

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let limit = input::limit(page.limit)?;
    let customers = admin.ledger.customers(page.after.as_deref(), limit).await?;
    let next = (customers.len() == limit)
        .then(|| customers.last().map(|last| last.customer_id.as_str()))
        .flatten();
    let mut page = Vec::with_capacity(customers.len());
    for customer in &customers {
        page.push(shown(&admin, customer).await?);
    }
    Ok(HttpResponse::Ok().json(List {
        customers: page,
        next,
    }))
}

async fn shown<'a>(admin: &Admin, customer: &'a Customer) -> Result<Shown<'a>, AdminError> {
    let balance = admin.ledger.balance(customer.customer_id.as_str()).await?;
    Ok(Shown {
        customer,
        balance,
        currency: admin.currency,
    })
}

fn customer_id(path: &str) -> Result<CustomerId, AdminError> {
    // What a path holds that is not UTF-8 arrives as this character, and different ids as one.
    if path.contains(char::REPLACEMENT_CHARACTER) {
        return Err(AdminError::invalid(
            "customer_id",
            "is not UTF-8, percent-encoded",
        ));
    }
    CustomerId::new(path).map_err(|error| AdminError::invalid("customer_id", error.to_string()))
}

fn no_such_customer() -> AdminError {
    AdminError::not_found("there is no customer with this id")
}
