//! A program of many registrations.

/// Its text. A type of its own for each registration, as with annotated blocks; they are instances of one generic type, and
/// what the macro writes is written here, so that the program compiles in bearable time.
pub(super) fn text(size: u32) -> String {
    let all: String = (0..size).map(registration).collect();
    format!("{HEAD}{all}")
}

fn registration(nth: u32) -> String {
    // Far from their order.
    let (place, weight) = (nth * 7_919 % 10_007, nth % 7);
    let module = place % 100;
    format!("register!({nth}, \"generated::module{module}\", {place}, {weight}.0);\n")
}

const HEAD: &str = r#"use callbacks::__private::{NoDefault as _, Probe, inventory};
use callbacks::prelude::*;
use callbacks::{Registration, Site, registrations};

#[derive(Default)]
struct Found<const N: usize>;

impl<const N: usize> Callback<Fit> for Found<N> {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_epoch_end, Self::on_epoch_end);
    }
}

impl<const N: usize> Found<N> {
    fn on_epoch_end(&self, _: &Epoch) {}
}

macro_rules! register {
    ($nth:literal, $module:literal, $line:literal, $weight:literal) => {
        inventory::submit! {
            Registration::new::<Fit, Found<$nth>>(
                "Found",
                $module,
                Site::new(file!(), $line, 1),
                $weight,
                true,
                Probe::<Fit, Found<$nth>>::MAKE,
            )
        }
    };
}

/// The milliseconds that a processor has spent on this program.
fn spent() -> f64 {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    1e3 * spent.tv_sec as f64 + 1e-6 * spent.tv_nsec as f64
}

fn main() {
    let begun = spent();
    let what = std::env::args().nth(1).unwrap_or_default();
    let before = spent();
    let done = match what.as_str() {
        "list" => registrations().len(),
        "discover" => discover(),
        _ => return println!("{begun}"),
    };
    let taken = spent() - before;
    std::hint::black_box(done);
    println!("{taken}");
}

fn discover() -> usize {
    let mut plan = Plan::<Fit>::new();
    plan.discover();
    plan.check(&State::new()).expect("nothing is asked for that is not there");
    plan.names().len()
}

"#;
