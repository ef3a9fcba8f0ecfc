//! The pages of the guide: each code block is a doc test.

#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("src/start.md")]
pub mod start {}

#[cfg(doctest)]
#[doc = include_str!("src/own-loop.md")]
pub mod own_loop {}

#[cfg(doctest)]
#[doc = include_str!("src/engines.md")]
pub mod engines {}

#[cfg(doctest)]
#[doc = include_str!("src/trainer.md")]
pub mod trainer {}

#[cfg(doctest)]
#[doc = include_str!("src/writing-callbacks.md")]
pub mod writing_callbacks {}

#[cfg(doctest)]
#[doc = include_str!("src/state.md")]
pub mod state {}

#[cfg(doctest)]
#[doc = include_str!("src/endings.md")]
pub mod endings {}

#[cfg(doctest)]
#[doc = include_str!("src/order.md")]
pub mod order {}

#[cfg(doctest)]
#[doc = include_str!("src/periods.md")]
pub mod periods {}

#[cfg(doctest)]
#[doc = include_str!("src/background.md")]
pub mod background {}

#[cfg(doctest)]
#[doc = include_str!("src/parallel.md")]
pub mod parallel {}

#[cfg(doctest)]
#[doc = include_str!("src/discovery.md")]
pub mod discovery {}

#[cfg(doctest)]
#[doc = include_str!("src/explain.md")]
pub mod explain {}

#[cfg(doctest)]
#[doc = include_str!("src/testing.md")]
pub mod testing {}

#[cfg(doctest)]
#[doc = include_str!("src/how-to/resume.md")]
pub mod resume {}

#[cfg(doctest)]
#[doc = include_str!("src/how-to/ctrl-c.md")]
pub mod ctrl_c {}

#[cfg(doctest)]
#[doc = include_str!("src/how-to/schedules.md")]
pub mod schedules {}

#[cfg(doctest)]
#[doc = include_str!("src/how-to/printing.md")]
pub mod printing {}

#[cfg(doctest)]
#[doc = include_str!("src/how-to/metrics.md")]
pub mod metrics {}

#[cfg(doctest)]
#[doc = include_str!("src/how-to/slow-callbacks.md")]
pub mod slow_callbacks {}

#[cfg(doctest)]
#[doc = include_str!("src/compare/luz.md")]
pub mod compare_luz {}

#[cfg(doctest)]
#[doc = include_str!("src/compare/fluxtraining.md")]
pub mod compare_fluxtraining {}

#[cfg(doctest)]
#[doc = include_str!("src/compare/netket.md")]
pub mod compare_netket {}

#[cfg(doctest)]
#[doc = include_str!("src/words.md")]
pub mod words {}

#[cfg(doctest)]
#[doc = include_str!("src/driver.md")]
pub mod driver {}

#[cfg(doctest)]
#[doc = include_str!("src/shelf.md")]
pub mod shelf {}
