//! The connections of one worker, of which the one that has waited longest makes room for a new one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

use actix_web::rt::spawn;
use actix_web::rt::time::{Instant, sleep_until};

/// The time that every connection gets. In a flood, a request that has just arrived is not closed for the next one.
const GRACE: Duration = Duration::from_millis(200);

/// The open connections of a worker.
#[derive(Clone)]
pub(super) struct Crowd {
    limit: usize,
    places: Rc<RefCell<Vec<Rc<Place>>>>,
    /// A task closes connections.
    is_clearing: Rc<Cell<bool>>,
}

/// What a crowd knows of one connection.
pub(super) struct Place {
    since: Cell<Instant>,
    /// Requests in progress that were let in: the connection stays open.
    kept: Cell<usize>,
    closed: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Crowd {
    /// A crowd of at most `limit` connections.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            places: Rc::default(),
            is_clearing: Rc::default(),
        }
    }

    /// Adds a connection. When there are too many, closes the one whose client has made no progress for the longest time.
    pub(super) fn join(&self) -> Rc<Place> {
        let place = Rc::new(Place {
            since: Cell::new(Instant::now()),
            kept: Cell::new(0),
            closed: Cell::new(false),
            waker: RefCell::default(),
        });
        self.places.borrow_mut().push(Rc::clone(&place));
        if self.has_too_many() && !self.is_clearing.replace(true) {
            spawn(self.clone().clear());
        }
        place
    }

    fn has_too_many(&self) -> bool {
        let places = self.places.borrow();
        places.iter().filter(|place| !place.closed.get()).count() > self.limit
    }

    /// Closes connections until there are no longer too many. Each gets its [`GRACE`].
    async fn clear(self) {
        while self.has_too_many() {
            let now = Instant::now();
            let due = match self.longest() {
                Some(longest) if longest.since.get() + GRACE <= now => {
                    longest.close();
                    continue;
                }
                Some(longest) => longest.since.get() + GRACE,
                None => now + GRACE,
            };
            sleep_until(due).await;
        }
        self.is_clearing.set(false);
    }

    /// The connection whose client has made no progress for the longest time, of those that need not stay open.
    fn longest(&self) -> Option<Rc<Place>> {
        let places = self.places.borrow();
        let waiting = places
            .iter()
            .filter(|place| place.kept.get() == 0 && !place.closed.get());
        waiting.min_by_key(|place| place.since.get()).cloned()
    }

    /// Removes a connection that has ended.
    pub(super) fn leave(&self, place: &Rc<Place>) {
        self.places
            .borrow_mut()
            .retain(|other| !Rc::ptr_eq(other, place));
    }
}

impl Place {
    /// The client made progress.
    pub(super) fn progressed(&self, now: Instant) {
        self.since.set(now);
    }

    /// Whether the connection must end. If not yet, the task is woken when it must.
    pub(super) fn is_closed(&self, context: &Context<'_>) -> bool {
        if !self.closed.get() {
            self.waker.replace(Some(context.waker().clone()));
        }
        self.closed.get()
    }

    fn close(&self) {
        self.closed.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// Keeps a connection open as long as it lives.
pub(crate) struct Kept(Rc<Place>);

impl Kept {
    pub(super) fn new(place: &Rc<Place>) -> Self {
        place.kept.set(place.kept.get() + 1);
        Self(Rc::clone(place))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.kept.set(self.0.kept.get() - 1);
    }
}
