//! This program, run by itself once more: under valgrind, or with one thread.

use super::{callgrind, fit, valgrind};
use std::env;
use std::error::Error;
use std::process::Command;

type Work = fn(&[String]) -> Result<(), Box<dyn Error>>;

/// All that it does then, by the first argument.
const WORK: [(&str, Work); 3] = [
    (callgrind::UNDER_CALLGRIND, |_| callgrind::fire_all()),
    (valgrind::UNDER_VALGRIND, valgrind::work),
    (fit::IN_TURNS, fit::take_turns),
];

pub(super) fn is(asked: &str) -> bool {
    WORK.iter().any(|(name, _)| *name == asked)
}

pub(super) fn work(asked: &str, rest: &[String]) -> Result<(), Box<dyn Error>> {
    let found = WORK.iter().find(|(name, _)| *name == asked);
    let (_, work) = found.ok_or("nothing that this program does by itself")?;
    work(rest)
}

/// What `program` makes of this program with these arguments: all that it printed, and all that it complained of.
pub(super) fn run(
    program: Option<(&str, &[&str])>,
    arguments: &[&str],
) -> Result<[String; 2], Box<dyn Error>> {
    let itself = env::current_exe()?;
    let mut command = match program {
        Some((program, options)) => {
            let mut command = Command::new(program);
            command.args(options).arg(itself);
            command
        }
        None => Command::new(itself),
    };
    // candle divides among threads what one thread has to be measured with.
    command.args(arguments).env("RAYON_NUM_THREADS", "1");
    let run = command.output();
    let run = run.map_err(|error| match program {
        Some((program, _)) => format!("{program} does not run ({error}): install it"),
        None => format!("cannot run {command:?}: {error}"),
    })?;
    let [printed, message] =
        [run.stdout, run.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    if run.status.success() {
        return Ok([printed, message]);
    }
    Err(message.into())
}
