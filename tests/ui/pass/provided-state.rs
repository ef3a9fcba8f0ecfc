#![deny(warnings)]
use callbacks::prelude::*;
use callbacks::fit::Epoch;

breakpoints! {
    pub loop Relax { scope RUN { on_run_begin; on_run_end; } }
}

#[derive(Default)]
struct Count(u32);
struct Recent<T>(Vec<T>);
struct Limit(usize);

#[derive(Default)]
struct Gather {
    most: usize,
}

fn limit(gather: &Gather) -> Limit {
    Limit(gather.most)
}

impl Gather {
    fn recent<T>(&self) -> Recent<T> {
        Recent(Vec::with_capacity(self.most))
    }
}

#[callback(Fit, Relax, provides(Count, Recent<Epoch> = Self::recent, Limit = limit, Option<Self> = |_| None))]
impl Gather {
    fn on_enter(&self, count: &mut Count, recent: &Recent<Epoch>) {
        count.0 += 1 + recent.0.len() as u32;
    }

    fn on_run_begin(&self, limit: &Limit, own: &Option<Gather>) {
        assert!(limit.0 == 7 && own.is_none());
    }
}

struct Keep<T>(T);

#[callback(Relax, register = false, provides(Recent<T> = Self::kept))]
impl<T: Copy + Send + Sync + 'static> Keep<T> {
    fn on_run_begin(&self, recent: &Recent<T>) {
        assert_eq!(recent.0.len(), 2);
    }
}

impl<T: Copy> Keep<T> {
    fn kept(&self) -> Recent<T> {
        Recent(vec![self.0; 2])
    }
}

fn main() {
    let mut state = State::new();
    let mut plan = Plan::<Relax>::new();
    plan.add(Gather { most: 7 });
    plan.add(Keep('k'));
    let outcome = plan.run(&mut state, |run| run.scope(Relax::RUN, |_| Ok(())).map(drop)).unwrap();
    outcome.ok().unwrap();
    assert_eq!(state.get::<Count>().map(|count| count.0), Some(1));

    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::on_run_end, |_: &Limit| {});
    let problems = plan.check(&State::new()).unwrap_err().to_string();
    assert!(problems.contains("`Gather`"), "{problems}");
}
