//! What a step of the variational driver costs beyond a loop by hand that drives the same, next to NetKet.

mod driven;

use super::bound::Bound;
use super::{processor, valgrind};
use crate::report::{Goal, Table};
use callbacks::driver::{Driven, Driver, VariationalDriver, Verdict};
use callbacks::{Attach, BoxError, Record};
use driven::{Still, Vectors};
use std::error::Error;

/// The job that valgrind counts.
pub(super) const DRIVE: &str = "drive";

/// How often a run is measured; the fastest one is the one that nothing disturbed.
const RUNS: usize = 25;

/// The steps of a run.
const STEPS: u32 = 20_000;

/// The steps of a run that is counted.
const COUNTED: u32 = 500;

/// Callbacks, and what NetKet takes for a step with as many, in nanoseconds: NetKet 3.23, as it was given to us: not measured
/// here.
const NETKET: [(usize, f64); 3] = [(0, 630.0), (10, 4_300.0), (100, 30_000.0)];

/// At most this part of it is wanted.
const PART: f64 = 1.0 / 20.0;

/// Samples and updates with content, and without: those of size zero cost nothing to keep.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Vectors,
    Nothing,
}

/// Who drives.
#[derive(Clone, Copy)]
enum By {
    Hand,
    DriverWith(usize),
}

/// The loop's own cost.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "samples and update",
        "callbacks",
        "instructions",
        "allocations",
        "ns",
        "NetKet, ns",
        "part of it",
        "goal, ns",
        "met",
    ];
    let title = "A step of the driver, beyond a loop by hand";
    let mut table = Table::new(title, "driver", columns);
    let mut allocated = 0.0;
    for content in [Content::Vectors, Content::Nothing] {
        for (callbacks, netket) in NETKET {
            let step = Step::of(content, callbacks)?;
            allocated += step.allocations;
            table.row(step.row(content, callbacks, netket));
            if content == Content::Vectors {
                table.goals.push(step.goal(callbacks, netket));
            }
        }
    }
    table.goals.push(Goal {
        wanted: "no allocation in a step of the driver, but for what is logged".into(),
        measured: format!("{allocated:.2}"),
        is_met: Bound::AtMost(0.0).holds(allocated),
        section: "The driver",
    });
    Ok(table)
}

/// What a step takes beyond one by hand.
struct Step {
    instructions: f64,
    allocations: f64,
    /// The fastest, in processor time.
    nanoseconds: f64,
}

/// The instructions of a step, beyond those of a step by hand.
pub(super) fn instructions(content: Content, callbacks: usize) -> Result<f64, Box<dyn Error>> {
    beyond_hand(content, callbacks, valgrind::instructions)
}

fn beyond_hand(
    content: Content,
    callbacks: usize,
    count: valgrind::Count,
) -> Result<f64, Box<dyn Error>> {
    let of = |by: &str| valgrind::each(COUNTED, &[DRIVE, content.name(), by], count);
    Ok(of(&callbacks.to_string())? - of(BY_HAND)?)
}

impl Step {
    fn of(content: Content, callbacks: usize) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            instructions: instructions(content, callbacks)?,
            allocations: beyond_hand(content, callbacks, valgrind::allocations)?,
            nanoseconds: fastest(content, By::DriverWith(callbacks))? - fastest(content, By::Hand)?,
        })
    }

    fn row(&self, content: Content, callbacks: usize, netket: f64) -> [String; 9] {
        let goal = wanted(netket);
        [
            content.name().to_owned(),
            callbacks.to_string(),
            format!("{:.0}", self.instructions),
            format!("{:.2}", self.allocations),
            format!("{:.0}", self.nanoseconds),
            format!("{netket:.0}"),
            format!("1/{:.0}", netket / self.nanoseconds),
            goal.to_string(),
            Bound::met(Some(goal), self.nanoseconds),
        ]
    }

    fn goal(&self, callbacks: usize, netket: f64) -> Goal {
        Goal {
            wanted: format!(
                "a step of the driver with {callbacks} callbacks: at most a twentieth of NetKet's"
            ),
            measured: format!("{:.0} ns, of {netket:.0}", self.nanoseconds),
            is_met: wanted(netket).holds(self.nanoseconds),
            section: "The driver",
        }
    }
}

fn wanted(netket: f64) -> Bound {
    Bound::AtMost((netket * PART).floor())
}

fn fastest(content: Content, by: By) -> Result<f64, Box<dyn Error>> {
    let mut drive = content.drive(by);
    let mut fastest = f64::INFINITY;
    for _ in 0..RUNS {
        let before = processor::of_this_process();
        drive(STEPS.into()).map_err(|error| error as Box<dyn Error>)?;
        let taken = processor::since(before);
        fastest = fastest.min(taken.as_secs_f64());
    }
    Ok(1e9 * fastest / f64::from(STEPS))
}

/// What drives without callbacks, as an argument of this program.
const BY_HAND: &str = "by hand";

/// What runs under valgrind.
pub(super) fn once(which: &[String], steps: u64) -> Result<(), BoxError> {
    let [content, by] = which else {
        return Err("write what is sampled, and how many callbacks there are".into());
    };
    let all = [Content::Vectors, Content::Nothing];
    let content = all.into_iter().find(|one| one.name() == content);
    let content = content.ok_or("nothing that is sampled")?;
    let by = match by.as_str() {
        BY_HAND => By::Hand,
        callbacks => By::DriverWith(callbacks.parse()?),
    };
    content.drive(by)(steps)
}

/// Makes so many steps.
type Drive = Box<dyn FnMut(u64) -> Result<(), BoxError>>;

impl Content {
    fn name(self) -> &'static str {
        match self {
            Self::Vectors => "vectors of 16 numbers",
            Self::Nothing => "of size zero",
        }
    }

    fn drive(self, by: By) -> Drive {
        match self {
            Self::Vectors => drive(Vectors::default(), by),
            Self::Nothing => drive(Still, by),
        }
    }
}

fn drive<D: Driven>(mut state: D, by: By) -> Drive {
    let By::DriverWith(callbacks) = by else {
        return Box::new(move |steps| by_hand(&mut state, steps));
    };
    let mut driver = VariationalDriver::new(state);
    for _ in 0..callbacks {
        driver.plan().add(Idle);
    }
    Box::new(move |steps| Ok(driver.run(steps)?.ok().map(drop)?))
}

/// The same steps without the driver.
fn by_hand<D: Driven>(driven: &mut D, steps: u64) -> Result<(), BoxError> {
    let mut record = Record::default();
    for _ in 0..steps {
        let samples = driven.sample()?;
        let update = driven.compute_loss_and_update(&samples, &mut record)?;
        driven.update_parameters(&update)?;
    }
    Ok(())
}

/// Five handlers that do nothing, as in what NetKet was measured with.
struct Idle;

#[callbacks::callback(Driver, register = false)]
impl Idle {
    fn on_step_start(&self) {}

    fn on_compute_update_start(&self) {}

    fn on_compute_update_end(&self) -> Verdict {
        Verdict::Accept
    }

    fn before_parameter_update(&self) {}

    fn on_step_end(&self) {}
}
