#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub, unused, rust_2018_idioms)]
#![deny(single_use_lifetimes, unused_lifetimes, trivial_casts, missing_debug_implementations)]
//! Generated code causes no warnings.

use callbacks::prelude::*;

/// Writes a log.
#[derive(Debug, Default)]
pub struct Log;

#[callback(weight = 1)]
impl Log {
    /// At the end.
    #[deprecated]
    #[must_use]
    pub fn on_epoch_end(&mut self, _epoch: &Epoch, mut _rate: Option<&mut LearningRate>) -> Flow {
        Flow::Continue
    }
    #[inline]
    #[allow(clippy::unused_self)]
    #[every(steps = 10, seconds = 1, first)]
    fn on_batch_end<'a>(&'a self, _loss: &'a Loss) {}
    #[every(when = |_| true)]
    pub(crate) fn on_fit_end(&self, mut ctx: Ctx<'_>) {
        ctx.insert(1_u8);
    }
}

breakpoints! {
    /// A loop.
    pub(crate) loop Drive with Epoch, u64 as steps by hand {
        scope RUN with Log {
            /// Documented.
            on_run_begin;
            #[deprecated]
            on_step with Loss, Vec<f64>;
            on_run_end;
        }
        error => on_error;
    }
}

mod private {
    use callbacks::prelude::*;

    breakpoints! {
        pub(super) loop Walk {
            scope RUN { on_run_begin; on_run_end; }
        }
    }
    breakpoints! {
        loop Idle {
            scope RUN { on_run_begin; on_run_end; }
        }
    }
}

fn main() {
    let _ = (Drive, private::Walk);
}
