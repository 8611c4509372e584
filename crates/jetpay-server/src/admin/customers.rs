//! `/v1/customers`: insert, read, list and delete customers.

use actix_web::web::{self, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Currency;
use jetpay_core::id::CustomerId;
use jetpay_ledger::{Customer, Put};
use serde::{Deserialize, Serialize};

use super::error::AdminError;
use super::{Admin, input, resource};
use crate::customer::CustomerBody;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/customers").route(web::get().to(list)))
        .service(
            resource("/customers/{customer_id}")
                .route(web::put().to(put))
                .route(web::get().to(get))
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
    let customer = body.into_customer(customer_id(&path)?)?;
    let mut response = match admin.ledger.put_customer(customer.clone()).await? {
        Put::New => HttpResponse::Created(),
        Put::Replaced => HttpResponse::Ok(),
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

#[derive(Serialize)]
struct List<'a> {
    customers: Vec<CustomerView<'a>>,
    /// The value of `after` for the next page; absent on the last page.
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
        page.push(view(&admin, customer).await?);
    }
    Ok(HttpResponse::Ok().json(List {
        customers: page,
        next,
    }))
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
