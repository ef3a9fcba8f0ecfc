//! What a user waits for at each rebuild: a program with a plan and no callbacks, and each annotated block beside it.

use super::bound::Bound;
use super::cargo::Generated;
use super::compile::Spelling;
use super::processor;
use crate::report::{Goal, Table};
use std::error::Error;

/// So many blocks make what each of them takes larger than what differs between two builds.
const BLOCKS: usize = 100;

/// The goals: a program without callbacks, and half of the 2,150 lines that a block took.
const EMPTY: Bound = Bound::AtMost(40_000.0);
const BLOCK: Bound = Bound::AtMost(1_075.0);

pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "program",
        "lines of LLVM IR",
        "goal",
        "met",
        "release rebuild",
        "debug rebuild",
    ];
    let mut table = Table::new("What a rebuild takes", "rebuild", columns);
    let (empty, full) = (Rebuild::of(0)?, Rebuild::of(BLOCKS)?);
    let rows = [
        (
            "a plan without callbacks",
            "lines of IR of a program with a plan and no callbacks",
            EMPTY,
            &empty,
        ),
        (
            "each annotated block of three handlers",
            "lines of IR of an annotated block",
            BLOCK,
            &full.beyond(&empty),
        ),
    ];
    for (program, wanted, goal, rebuild) in rows {
        table.row([
            program.to_owned(),
            format!("{:.0}", rebuild.lines),
            goal.to_string(),
            Bound::met(Some(goal), rebuild.lines),
            format!("{:.0} ms", 1e3 * rebuild.release),
            format!("{:.0} ms", 1e3 * rebuild.debug),
        ]);
        table.goals.push(Goal {
            wanted: format!("{wanted}: {goal}"),
            measured: format!("{:.0}", rebuild.lines),
            is_met: goal.holds(rebuild.lines),
            section: "What a rebuild takes",
        });
    }
    Ok(table)
}

/// The lines of LLVM IR of a program without callbacks, for the guard.
pub(super) fn lines_of_empty() -> Result<f64, Box<dyn Error>> {
    lines(0)
}

/// The lines of LLVM IR of an annotated block, for the guard.
pub(super) fn lines_of_block() -> Result<f64, Box<dyn Error>> {
    Ok((lines(BLOCKS)? - lines(0)?) / as_f64(BLOCKS))
}

fn lines(blocks: usize) -> Result<f64, Box<dyn Error>> {
    Ok(as_f64(program(blocks)?.0.ir_lines()?))
}

/// What a rebuild of a program takes.
struct Rebuild {
    lines: f64,
    /// Seconds of processor time, as for `debug`.
    release: f64,
    debug: f64,
}

impl Rebuild {
    fn of(blocks: usize) -> Result<Self, Box<dyn Error>> {
        let (program, text) = program(blocks)?;
        let seconds = |arguments: &[&str]| -> Result<f64, Box<dyn Error>> {
            program.cargo(arguments)?;
            program.write(&text)?;
            let before = processor::of_children()?;
            program.cargo(arguments)?;
            Ok(processor::of_children()? - before)
        };
        Ok(Self {
            release: seconds(&["build", "--release"])?,
            debug: seconds(&["build"])?,
            lines: lines(blocks)?,
        })
    }

    /// What each of [`BLOCKS`] takes beyond the program without them.
    fn beyond(&self, empty: &Self) -> Self {
        let each = |full: f64, empty: f64| (full - empty) / as_f64(BLOCKS);
        Self {
            lines: each(self.lines, empty.lines),
            release: each(self.release, empty.release),
            debug: each(self.debug, empty.debug),
        }
    }
}

fn program(blocks: usize) -> Result<(Generated, String), Box<dyn Error>> {
    let text = Spelling::Annotated.program(blocks);
    let program = Generated::program(&format!("rebuild-{blocks}"), &text)?;
    Ok((program, text))
}

#[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
fn as_f64(count: usize) -> f64 {
    count as f64
}
