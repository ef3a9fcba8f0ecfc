#![deny(warnings)]
use callbacks::prelude::*;

trait Monitor {}
struct Measures;
pub mod deep {
    #[derive(Default)]
    pub struct Mean<T>(pub T);
}

#[callback(register = false, group(Measures, dyn Monitor), after(deep::Mean<(T, T)>))]
impl<T: Send + Sync + 'static> deep::Mean<T> {
    fn on_epoch_end(&self) {}
}

#[derive(Default)]
struct Last;
#[callback(
    weight = -1,
    after(Measures, crate::deep::Mean<f64>, "loss",),
    requires(dyn Monitor),
    incompatible(Self),
    no_conflict(First, "nobody"),
    discover = false,
)]
impl Last {
    fn on_epoch_end(&self) {}
}

#[derive(Default)]
struct First;

macro_rules! in_front_of {
    ($other:ty, $name:literal) => {
        #[callback(before($other, $name), register = false)]
        impl First {
            fn on_epoch_end(&self) {}
        }
    };
}
in_front_of!(deep::Mean<u8>, "Mean#2");

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Last);
    plan.on(Fit::on_epoch_end, || {}).named("loss");
    plan.add(deep::Mean((1_u8, 1_u8)));
    plan.add(deep::Mean(1_u8));
    plan.add(First);
    plan.check(&State::new()).unwrap();
    assert_eq!(plan.names(), ["loss", "Mean", "First", "Mean#2", "Last"]);
}
