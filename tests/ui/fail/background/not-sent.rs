use callbacks::prelude::*;

#[derive(Clone)]
struct Name(std::rc::Rc<str>);

struct Save;

#[callback(background)]
impl Save {
    fn on_epoch_end(&self, _: Option<&Name>) {}
}

fn main() {}
