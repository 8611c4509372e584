//! Alarms by e-mail: one digest in 15 minutes at most.
