use callbacks::prelude::*;

struct Log<T, const N: usize>([T; N]);

#[callback(register = false)]
impl<T, const N: usize> Log<T, N>
where
    T: Clone + Send + 'static,
{
    fn on_epoch_end(&mut self, epoch: &Epoch) {
        let _ = (epoch, self.0.clone());
    }
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Log([1, 2]));
}
