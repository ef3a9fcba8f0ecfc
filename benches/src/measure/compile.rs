//! How long 500 callbacks take to compile, and how large they are, by how they are written.

mod spelling;

use super::bound::Bound;
use super::cargo::Generated;
use super::{processor, spread};
use crate::report::{Goal, Table};
pub(super) use spelling::Spelling;
use std::error::Error;
use std::{fmt, fs};

const BLOCKS: usize = 500;

/// How often each spelling is checked. Processor time differs by a few percent from one to the next.
const CHECKS: usize = 3;

/// How often each is built. An optimised build takes thirty times as long as a check.
const BUILDS: usize = 1;

/// What annotated blocks may take in terms of impls written by hand.
const GOAL: Bound = Bound::AtMost(1.3);

/// Each spelling in terms of impls written by hand.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "500 callbacks",
        "`cargo check`",
        "`cargo build --release`",
        "goal",
        "met",
        "binary",
        "which are",
    ];
    let mut table = Table::new(
        "Compile time and binary size, as ratios",
        "compile",
        columns,
    );
    let measured = measure()?;
    let by_hand = measured
        .iter()
        .find(|measured| measured.spelling == Spelling::ByHand);
    let by_hand = &by_hand.ok_or("nothing is written by hand")?.beyond;
    for measured in &measured {
        let one = &measured.beyond;
        let (check, build) = (one.check / by_hand.check, one.build / by_hand.build);
        let goal = (measured.spelling == Spelling::Annotated).then_some(GOAL);
        table.row([
            measured.spelling.name().to_owned(),
            format!("{check:.2}"),
            format!("{build:.2}"),
            Bound::cell(goal),
            Bound::met(goal, check.max(build)),
            format!("{:.2}", one.size / by_hand.size),
            one.to_string(),
        ]);
        table.goals.extend(goal.map(|goal| Goal {
            wanted: format!("500 annotated blocks: {goal} times the compile time of impls by hand"),
            measured: format!("{check:.2} (`cargo check`), {build:.2} (`cargo build --release`)"),
            is_met: goal.holds(check.max(build)),
            section: "Compile time and binary size",
        }));
    }
    table
        .rows
        .extend(measured.iter().filter_map(Measured::base));
    Ok(table)
}

/// What one spelling takes.
struct Measured {
    spelling: Spelling,
    /// Beyond the same program without callbacks.
    beyond: Program,
    /// That program.
    empty: Program,
}

/// What a program takes.
struct Program {
    /// Seconds.
    check: f64,
    build: f64,
    /// Bytes.
    size: f64,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (check, build, size) = (self.check, self.build, self.size / 1e3);
        write!(f, "{check:.1} s, {build:.1} s, {size:.0} kB")
    }
}

impl Measured {
    /// The row of the program without callbacks, for the spellings that have one of their own: there are two such programs, one with
    /// a plan and one with a vector.
    fn base(&self) -> Option<Vec<String>> {
        let what = match self.spelling {
            Spelling::ByHand => "taken off above: a program with a plan and no callbacks",
            Spelling::Naive => "taken off a naive trait: a program with a vector of none",
            _ => return None,
        };
        let dashes = ["-"; 5].map(String::from);
        let first = std::iter::once(what.to_owned());
        let row = first.chain(dashes).chain([self.empty.to_string()]);
        Some(row.collect())
    }
}

fn measure() -> Result<Vec<Measured>, Box<dyn Error>> {
    build_what_all_depend_on()?;
    let mut measured = Vec::new();
    for spelling in Spelling::ALL {
        let (of, empty) = (Program::of(spelling, BLOCKS)?, Program::of(spelling, 0)?);
        let beyond = Program {
            check: of.check - empty.check,
            build: of.build - empty.build,
            size: of.size - empty.size,
        };
        measured.push(Measured {
            spelling,
            beyond,
            empty,
        });
    }
    Ok(measured)
}

const CHECK: &[&str] = &["check"];
const BUILD: &[&str] = &["build", "--release"];

fn build_what_all_depend_on() -> Result<(), Box<dyn Error>> {
    let program = Generated::program("nothing", "fn main() {}\n")?;
    program.cargo(CHECK)?;
    program.cargo(BUILD)
}

impl Program {
    fn of(spelling: Spelling, blocks: usize) -> Result<Self, Box<dyn Error>> {
        let text = spelling.program(blocks);
        let name = format!("{}-{blocks}", spelling.crate_name());
        let program = Generated::program(&name, &text)?;
        let median = |arguments, turns| -> Result<f64, Box<dyn Error>> {
            let turns = (0..turns).map(|_| program.seconds(&text, arguments));
            Ok(spread::median(turns.collect::<Result<_, _>>()?))
        };
        let (check, build) = (median(CHECK, CHECKS)?, median(BUILD, BUILDS)?);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a binary has fewer than 2^53 bytes"
        )]
        let size = fs::metadata(program.binary())?.len() as f64;
        Ok(Self { check, build, size })
    }
}

impl Generated {
    /// The processor time of cargo and all that it starts, where the program is new.
    fn seconds(&self, text: &str, arguments: &[&str]) -> Result<f64, Box<dyn Error>> {
        self.write(text)?;
        let before = processor::of_children()?;
        self.cargo(arguments)?;
        Ok(processor::of_children()? - before)
    }
}
