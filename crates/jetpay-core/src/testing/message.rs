//! A message that is signed, read or served.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use super::Answer;
use crate::merchant::{Callbacks, Merchant};
use crate::message::{Callback, Received, Request, VerifyRequest};
use crate::method::Method;
use crate::money::Money;
use crate::rejection::{FieldFlaw, Rejection};
use crate::serve::{Reply, serve, serve_callback};
use crate::signature::{Keyring, Project, sign};

/// A message before it is signed: a [`Verify`], a [`CheckDeposit`] or a [`Callback`].
///
/// [`verify`](super::verify), [`check_deposit`](super::check_deposit) and [`callback`](super::callback) make one. It is signed
/// anew each time it is served, so change any field before that:
///
/// ```
/// use jetpay_core::testing::{Payment, callback};
/// use jetpay_core::{Currency, Money, PaymentId, Project};
///
/// let payment = Payment::new(PaymentId::new("payment_47")?, Money::new(100_000, Currency::KZT));
/// let odd = callback(&payment).success().with("payment:status", "approved").without("operation");
/// assert_eq!(odd.read()?.payment.status.as_str(), "approved");
///
/// let other = callback(&payment).success().of_project(&Project::new(35, "another secret")?);
/// assert_eq!(other.read()?.project_id.number(), 35);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Message<K> {
    fields: Map<String, Value>,
    project: Project,
    /// The amount of a `check_deposit`.
    amount: Option<Money>,
    kind: PhantomData<fn() -> K>,
}

/// Marks a message as a `verify` to the method `M`.
pub struct Verify<M>(PhantomData<M>);

/// Marks a message as a `check_deposit` to the method `M`.
pub struct CheckDeposit<M>(PhantomData<M>);

impl<K> Clone for Message<K> {
    // A derived implementation would need markers that can be cloned.
    fn clone(&self) -> Self {
        Self {
            fields: self.fields.clone(),
            project: self.project.clone(),
            ..*self
        }
    }
}

impl<K> Message<K> {
    pub(super) fn new(fields: Value, project: &Project) -> Self {
        let Value::Object(fields) = fields else {
            unreachable!("a message is an object")
        };
        let message = Self {
            fields,
            amount: None,
            kind: PhantomData,
            project: project.clone(),
        };
        message.of_project(project)
    }

    pub(super) fn with_amount(self, amount: Money) -> Self {
        Self {
            amount: Some(amount),
            ..self
        }
    }

    /// Sets a field. The path is the one in which a [`Rejection`] names a field: names joined with `:`, such as
    /// `entity_id` or `operation:sum_initial:amount`.
    ///
    /// # Panics
    /// If a part of the path is a field with a single value.
    #[must_use]
    pub fn with(mut self, path: &str, value: impl Into<Value>) -> Self {
        let (object, name) = self.object(path);
        object.insert(name.to_owned(), value.into());
        self
    }

    /// Removes a field.
    ///
    /// # Panics
    /// If a part of the path is a field with a single value.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        let (object, name) = self.object(path);
        object.remove(name);
        self
    }

    /// Makes it a message of this project, signed with the project's first secret. The merchant's keyring is then this
    /// project.
    #[must_use]
    pub fn of_project(mut self, project: &Project) -> Self {
        self.project = project.clone();
        self.with("project_id", project.id().number())
    }

    /// The signed body, as the platform posts it.
    ///
    /// # Panics
    /// If [`with`](Self::with) made a body that cannot be signed.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let key = self.project.keys().first().expect("a project has a secret");
        let body = serde_json::to_vec(&self.fields).expect("JSON can be written");
        sign(&body, key).expect("the body can be signed")
    }

    fn keyring(&self) -> Keyring {
        Keyring::from(self.project.clone())
    }

    /// The object with the last field of a path, and that field's name.
    fn object<'p>(&mut self, path: &'p str) -> (&mut Map<String, Value>, &'p str) {
        let (above, name) = path.rsplit_once(':').unwrap_or(("", path));
        let mut object = &mut self.fields;
        for part in above.split(':').filter(|part| !part.is_empty()) {
            let field = object.entry(part).or_insert_with(|| json!({}));
            object = field
                .as_object_mut()
                .unwrap_or_else(|| panic!("`{part}` in `{path}` is no object"));
        }
        (object, name)
    }

    fn read_as<M: Method>(&self) -> Result<Request<M>, Rejection> {
        let (body, keyring) = (self.body(), self.keyring());
        Received::parse(&body)?.authenticate(&keyring)?.read()
    }

    fn answer(&self, reply: Reply) -> Answer {
        Answer::new(reply, self.amount, self.project.clone())
    }
}

impl<M: Method> Message<Verify<M>> {
    /// The typed request, as the merchant gets it.
    ///
    /// # Errors
    /// [`Rejection`] if the message cannot be read, or is no `verify` any more.
    pub fn read(&self) -> Result<VerifyRequest, Rejection> {
        match self.read_as::<M>()? {
            Request::Verify(request) => Ok(request),
            _ => Err(other_kind()),
        }
    }

    /// Serves the message to a merchant.
    pub async fn serve_to<S: Merchant<M>>(&self, merchant: &S) -> Answer {
        self.answer(serve::<M, S>(&self.body(), merchant, &self.keyring()).await)
    }
}

impl<M: Method> Message<CheckDeposit<M>> {
    /// The typed request, as the merchant gets it.
    ///
    /// # Errors
    /// [`Rejection`] if the message cannot be read, or is no `check_deposit` any more.
    pub fn read(&self) -> Result<M::CheckDeposit, Rejection> {
        match self.read_as::<M>()? {
            Request::CheckDeposit(request) => Ok(request),
            _ => Err(other_kind()),
        }
    }

    /// Serves the message to a merchant.
    pub async fn serve_to<S: Merchant<M>>(&self, merchant: &S) -> Answer {
        self.answer(serve::<M, S>(&self.body(), merchant, &self.keyring()).await)
    }
}

impl Message<Callback> {
    /// The typed callback, as the merchant gets it.
    ///
    /// # Errors
    /// [`Rejection`] if the message cannot be read.
    pub fn read(&self) -> Result<Callback, Rejection> {
        let (body, keyring) = (self.body(), self.keyring());
        Received::parse(&body)?.authenticate(&keyring)?.callback()
    }

    /// Serves the message to a merchant, as at a URL for callbacks of any method.
    pub async fn serve_to<S: Callbacks>(&self, merchant: &S) -> Answer {
        self.answer(serve_callback(&self.body(), merchant, &self.keyring()).await)
    }
}

fn other_kind() -> Rejection {
    Rejection::Field {
        path: "type",
        flaw: FieldFlaw::NotThe("that of this kind of message"),
    }
}
