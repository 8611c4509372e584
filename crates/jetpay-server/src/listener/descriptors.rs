//! Open files: every connection is one, and the store needs some, too.

/// What is kept for the store, the log and the listeners.
#[cfg(unix)]
const RESERVED: usize = 128;

/// Has the system allow as many open files as it would, and says how many of `connections` that is enough for.
///
/// Without it the usual limit of 1024 files ends a service that could do more, and the store cannot be opened any
/// more either.
#[must_use]
pub fn allow(connections: usize) -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let highest = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        let allowed = match setrlimit(Resource::Nofile, highest) {
            Ok(()) => limit.maximum,
            Err(_) => limit.current,
        };
        let files = allowed.map_or(usize::MAX, |files| {
            usize::try_from(files).unwrap_or(usize::MAX)
        });
        connections.min(files.saturating_sub(RESERVED)).max(1)
    }
    #[cfg(not(unix))]
    connections
}
