use callbacks::prelude::*;

#[derive(Default)]
#[allow(non_camel_case_types)]
struct r#type;

#[callback]
impl r#type {
    fn r#on_epoch_end(&self, r#match: &Epoch) {
        let _ = r#match;
    }
    #[on(epoch_begin)]
    fn r#loop(&self) {}
}

breakpoints! {
    loop Walk {
        phase LOOP {
            on_loop_begin;
            r#on_loop_step;
            on_loop_end;
        }
    }
}

#[callback(Walk)]
impl r#type {
    #[on(step, phase = loop)]
    fn r#while(&self) {}
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(r#type);
}
