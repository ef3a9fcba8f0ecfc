//! The promises of periods.
