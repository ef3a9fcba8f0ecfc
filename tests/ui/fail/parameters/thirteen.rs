use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(
        &self,
        _: &u8, _: &u16, _: &u32, _: &u64, _: &i8, _: &i16, _: &i32,
        _: &i64, _: &f32, _: &f64, _: &char, _: &bool, _: &usize,
    ) {}
}

fn main() {}
