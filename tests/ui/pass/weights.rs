use callbacks::prelude::*;

const HEAVY: f64 = f64::INFINITY;

#[derive(Default)]
struct Minus;
#[callback(weight = -10)]
impl Minus {
    fn on_epoch_end(&self) {}
}

#[derive(Default)]
struct Constant;
#[callback(weight = HEAVY)]
impl Constant {
    fn on_epoch_end(&self) {}
}

#[derive(Default)]
struct Own;
impl Own {
    const WEIGHT: f64 = 2.5;
}
#[callback(weight = 2.0 * Self::WEIGHT + size_of::<Self>() as f64, name = "own", discover = false)]
impl Own {
    fn on_epoch_end(&self) {}
}

#[derive(Default)]
struct Hexadecimal;
#[callback(weight = 0x10, register = false)]
impl Hexadecimal {
    fn on_epoch_end(&self) {}
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Own);
    plan.add(Minus);
    plan.add(Constant);
    plan.add(Hexadecimal);
}
