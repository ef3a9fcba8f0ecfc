//! The ways in which the same callbacks are written.

/// How a callback is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::measure) enum Spelling {
    /// `#[callback]`.
    Annotated,
    /// `#[callback(register = false)]`.
    Unregistered,
    /// An impl of `Callback`.
    ByHand,
    /// An impl of a hand-written trait with defaults that do nothing.
    Naive,
}

impl Spelling {
    pub(in crate::measure) const ALL: [Self; 4] = [
        Self::Annotated,
        Self::Unregistered,
        Self::ByHand,
        Self::Naive,
    ];

    pub(in crate::measure) const fn name(self) -> &'static str {
        match self {
            Self::Annotated => "`#[callback]`",
            Self::Unregistered => "`#[callback(register = false)]`",
            Self::ByHand => "`impl Callback<Fit>` by hand",
            Self::Naive => "a naive trait",
        }
    }

    pub(in crate::measure) const fn crate_name(self) -> &'static str {
        match self {
            Self::Annotated => "annotated",
            Self::Unregistered => "unregistered",
            Self::ByHand => "by-hand",
            Self::Naive => "naive",
        }
    }

    /// A program of so many callbacks, all of them attached.
    pub(in crate::measure) fn program(self, blocks: usize) -> String {
        let block = self.block();
        let written = |nth: usize| {
            let block = block.replace("Callback0", &format!("Callback{nth}"));
            format!("#[derive(Default)]\npub struct Callback{nth}(u64);\n{block}")
        };
        let attach = |nth: usize| format!("    {}\n", self.attach().replace('0', &nth.to_string()));
        let attached: String = (0..blocks).map(attach).collect();
        let all: String = (0..blocks).map(written).collect();
        let main = self.main().replace("    ATTACH\n", &attached);
        format!("{}{all}{main}", self.head())
    }

    fn head(self) -> &'static str {
        match self {
            Self::Naive => NAIVE_HEAD,
            _ => "use callbacks::prelude::*;\n",
        }
    }

    fn block(self) -> String {
        match self {
            Self::Annotated => format!("#[callback]\nimpl Callback0 {{\n{FUNCTIONS}}}\n"),
            Self::Unregistered => {
                format!("#[callback(register = false)]\nimpl Callback0 {{\n{FUNCTIONS}}}\n")
            }
            Self::ByHand => format!("impl Callback0 {{\n{FUNCTIONS}}}\n{BY_HAND}"),
            Self::Naive => format!("impl Naive for Callback0 {{\n{FUNCTIONS}}}\n"),
        }
    }

    fn attach(self) -> &'static str {
        match self {
            Self::Naive => "all.push(Box::new(Callback0::default()));",
            _ => "plan.add(Callback0::default());",
        }
    }

    fn main(self) -> &'static str {
        match self {
            Self::Naive => NAIVE_MAIN,
            _ => MAIN,
        }
    }
}

const FUNCTIONS: &str = "\
    fn on_epoch_begin(&mut self, epoch: &Epoch, rate: &mut LearningRate) {
        self.0 += epoch.get();
        rate.set(0.5);
    }

    fn on_train_batch_end(&mut self, step: &Step, iteration: &Iteration) {
        self.0 += step.get() + iteration.get();
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, metrics: &mut Record) {
        metrics.set(\"epochs\", epoch.as_f64());
    }
";

const BY_HAND: &str = "\
impl Callback<Fit> for Callback0 {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_epoch_begin, Self::on_epoch_begin);
        h.on(Fit::on_train_batch_end, Self::on_train_batch_end);
        h.on(Fit::on_epoch_end, Self::on_epoch_end);
    }
}
";

const MAIN: &str = "\
fn main() {
    let mut plan = Plan::<Fit>::new();
    ATTACH
    println!(\"{:?}\", plan.check(&State::new()));
}
";

const NAIVE_HEAD: &str = "\
use callbacks::prelude::*;
pub trait Naive {
    fn on_epoch_begin(&mut self, _: &Epoch, _: &mut LearningRate) {}
    fn on_train_begin(&mut self, _: &Epoch, _: &mut LearningRate) {}
    fn on_train_batch_begin(&mut self, _: &Step, _: &Iteration) {}
    fn on_train_batch_end(&mut self, _: &Step, _: &Iteration) {}
    fn on_train_end(&mut self, _: &Epoch, _: &mut Record) {}
    fn on_epoch_end(&mut self, _: &Epoch, _: &mut Record) {}
}
";

/// It calls all of them, so that nothing is left out.
const NAIVE_MAIN: &str = "\
fn main() {
    let mut all: Vec<Box<dyn Naive>> = Vec::new();
    ATTACH
    let (mut rate, mut metrics) = (LearningRate::new(0.1), Record::default());
    for one in &mut all {
        one.on_epoch_begin(&Epoch::new(1), &mut rate);
        one.on_train_batch_end(&Step::new(1), &Iteration::new(1));
        one.on_epoch_end(&Epoch::new(1), &mut metrics);
    }
    println!(\"{rate} {record}\");
}
";
