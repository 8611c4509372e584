//! The customers that the target must know before it is checked.

use serde_json::{Value, json};

use jetpay_platform::messages::Contract;
use jetpay_platform::{Admin, AdminError};

/// The customers that the checks are about.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Customers {
    /// Can pay at least one contract.
    pub payer: String,
    /// A contract that the payer can pay, where the method has contracts.
    pub contract: Option<Contract>,
    /// A contract of the payer that cannot be paid.
    pub closed: Option<Contract>,
    /// Has no contract that can be paid: nothing is owed on any.
    pub owes_nothing: Option<String>,
    /// Has no contracts, and no other name for the platform.
    pub plain: Option<String>,
    /// Is no customer.
    pub unknown: String,
}

impl Customers {
    /// One customer who can pay, without a contract, and somebody who is none.
    #[must_use]
    pub fn new(payer: impl Into<String>, unknown: impl Into<String>) -> Self {
        Self {
            payer: payer.into(),
            contract: None,
            closed: None,
            owes_nothing: None,
            plain: None,
            unknown: unknown.into(),
        }
    }

    /// Those that [`put`](Self::put) makes.
    #[must_use]
    pub fn standard() -> Self {
        let contract = |id: &str, number: &str| Contract {
            id: id.into(),
            number: number.into(),
        };
        Self {
            payer: "7123456789".into(),
            contract: Some(contract("12345", "1234_ABC/01-01-2025/Abcdef12")),
            closed: Some(contract("67890", "5678_ABC/01-01-2025/Abcdef34")),
            owes_nothing: Some("7000000204".into()),
            plain: Some("john.doe+plain@example.com".into()),
            unknown: "7000000404".into(),
        }
    }

    /// Makes them at a service `jetpay`.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn put(&self, admin: &Admin) -> Result<(), AdminError> {
        for (id, customer) in self.as_json() {
            admin.put_customer(&id, &customer).await?;
        }
        Ok(())
    }

    /// Their ids, and each as the service `jetpay` takes it.
    #[must_use]
    pub fn as_json(&self) -> Vec<(String, Value)> {
        let paid_up = |contract: &Contract| json!({"id": contract.id, "number": contract.number, "payment": 0, "status_code": 204});
        let open = |contract: &Contract| {
            json!({
                "id": contract.id,
                "number": contract.number,
                "payment": 100_000,
                "min_payment": 100_000,
                "info": {"total_debt": 500_000, "monthly_payment": 100_000, "customer_name": "John Doe"},
            })
        };
        let open = self.contract.iter().map(open);
        let contracts: Vec<Value> = open.chain(self.closed.iter().map(paid_up)).collect();
        let payer = json!({"additional_customer_id": "ABCDE12345", "contracts": contracts});
        let paid_up = json!({
            "additional_customer_id": "ABCDE00204",
            "contracts": [paid_up(&Contract { id: "20401".into(), number: "2040_ABC".into() })],
        });
        let others = [(&self.owes_nothing, paid_up), (&self.plain, json!({}))];
        let others = others
            .into_iter()
            .filter_map(|(id, customer)| Some((id.clone()?, customer)));
        std::iter::once((self.payer.clone(), payer))
            .chain(others)
            .collect()
    }
}
