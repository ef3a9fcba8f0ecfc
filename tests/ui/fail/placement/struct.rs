use callbacks::prelude::*;

#[callback]
pub struct Log;

fn main() {}
