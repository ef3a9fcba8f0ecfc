#![no_implicit_prelude]
#![allow(dead_code)]

mod mine {
    pub use ::callbacks as iterate;
}

struct Option;
struct Result;
struct Vec;
struct Some;
struct None;
struct Period;
struct Unit;
mod core {}
mod std {}
mod callback {}
mod callbacks {}
mod inventory {}

struct Log;

#[::callbacks::callback(weight = 3, crate = mine::iterate)]
impl Log {
    #[every(epochs = 3, offset = 1, last)]
    #[every(once(steps = 5), last)]
    fn on_epoch_end(&self) {}
    fn on_fit_end(&self, epoch: &::callbacks::fit::Epoch) -> ::callbacks::Flow {
        let _ = epoch;
        ::callbacks::Flow::Continue
    }
}

::callbacks::breakpoints! {
    crate = mine::iterate;
    loop Drive with Log, u64 as samples by hand {
        phase RUN {
            on_run_begin;
            on_run_step with Result;
            on_run_end;
        }
    }
}

struct Other;

pub(crate) struct Size<const N: usize>;


#[::callbacks::callback(Drive)]
impl Other {
    fn on_run_end(&self) {}
}

fn main() {}
