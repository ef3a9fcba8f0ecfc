//! A run that survives: it trains the digits, is killed in the middle of an epoch, goes on, and ends with the same bits. Run it with
//! `cargo run --release --example resume`, and with `--features candle` for the same with candle.
//!
//! The program starts itself three times: for a training that nothing disturbs, for one that it kills with SIGKILL, and for one that goes on
//! from the last checkpoint of the second. Then it compares what the first and the last have learnt.
#![allow(
    unreachable_pub,
    reason = "`pub` in these modules means: for all examples"
)]

mod digits {
    #[cfg(feature = "candle")]
    pub mod candle_mlp;
    #[allow(
        dead_code,
        reason = "the images of the test are for the other examples"
    )]
    pub mod data;
    pub mod mlp;
}

use callbacks::Parameters;
use callbacks::checkpoint::Resume;
use callbacks::prelude::*;
use callbacks::schedule::OneCycle;
use callbacks::shelf::{Checkpoint, EarlyStopping, Ema, RateSchedule};
use digits::data::{Batch, Digits};
use std::env;
use std::fmt::Write;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const SEED: u64 = 7;
/// The step in whose midst the process is killed: in the third epoch of 38 steps.
const KILLED_AT: &str = "step 87";

fn main() -> Result<(), BoxError> {
    let arguments: Vec<String> = env::args().collect();
    if let [_, model, folder] = arguments.as_slice() {
        return start(model, Path::new(folder));
    }
    compare("ndarray")?;
    #[cfg(feature = "candle")]
    compare("candle")?;
    Ok(())
}

/// Trains a model in this process.
fn start(model: &str, folder: &Path) -> Result<(), BoxError> {
    match model {
        #[cfg(feature = "candle")]
        "candle" => train(digits::candle_mlp::Mlp::new(SEED)?, 0.01, folder),
        _ => train(digits::mlp::Mlp::new(SEED), 0.2, folder),
    }
}

/// Trains from the beginning, or from the latest checkpoint of the folder. Writes what was learnt into the file `result`.
fn train<M>(model: M, rate: f64, folder: &Path) -> Result<(), BoxError>
where
    M: Learner<Batch = Batch> + Parameters,
{
    let digits = Digits::load(SEED)?;
    let checkpoints = folder.join("checkpoints");
    let stopping = EarlyStopping::minimize("valid_loss").patience(2);

    let mut trainer = Trainer::new(model)
        .epochs(6)
        .valid(digits.valid(100))
        .callback(RateSchedule::per_step(OneCycle::new(rate)))
        .callback(Ema::<M>::new(0.99))
        .callback(stopping.restore_best::<M>())
        .callback(Checkpoint::to(&checkpoints).every(Period::steps(10)))
        .on(Fit::on_train_batch_end, |step: &Step| {
            println!("step {step}");
        })
        .resume(Resume::latest(&checkpoints))?;

    let fitted = trainer.fit(digits.train(32, SEED))?;
    fitted.outcome.ok()?;
    let mut result = String::new();
    for (epoch, record) in fitted.history.iter() {
        writeln!(result, "{epoch}: {record}")?;
    }
    fitted.learner.visit(&mut |name, values| {
        let bits = values.iter().map(|value| value.to_bits());
        Ok(writeln!(result, "{name}: {:x?}", bits.collect::<Vec<_>>())?)
    })?;
    Ok(fs::write(folder.join("result"), result)?)
}

/// Trains undisturbed, is killed, goes on, and compares.
fn compare(model: &str) -> Result<(), BoxError> {
    let name = format!("callbacks-resume-{model}-{}", std::process::id());
    let folder = env::temp_dir().join(name);
    let (whole, killed) = (folder.join("whole"), folder.join("killed"));

    let steps = watch(spawn(model, &whole)?, None)?;
    println!("{model}: undisturbed, {} steps", steps.len());
    let steps = watch(spawn(model, &killed)?, Some(KILLED_AT))?;
    println!(
        "{model}: killed at {}",
        steps.last().map_or("its begin", String::as_str)
    );
    let steps = watch(spawn(model, &killed)?, None)?;
    println!(
        "{model}: goes on at {}",
        steps.first().map_or("its end", String::as_str)
    );

    let identical = fs::read(whole.join("result"))? == fs::read(killed.join("result"))?;
    fs::remove_dir_all(folder)?;
    println!("identical: {identical}");
    if identical {
        Ok(())
    } else {
        Err("the two trainings differ".into())
    }
}

/// Starts this program to train in a process of its own.
fn spawn(model: &str, folder: &Path) -> Result<Child, BoxError> {
    fs::create_dir_all(folder)?;
    let mut program = Command::new(env::current_exe()?);
    let program = program.arg(model).arg(folder).stdout(Stdio::piped());
    Ok(program.spawn()?)
}

/// Reads the lines of a process to its end, or kills it after one of them. Returns the lines.
fn watch(mut child: Child, kill_after: Option<&str>) -> Result<Vec<String>, BoxError> {
    let mut lines = Vec::new();
    let output = child.stdout.take().ok_or("the process has no output")?;
    for line in BufReader::new(output).lines() {
        lines.push(line?);
        if lines.last().map(String::as_str) == kill_after {
            child.kill()?;
            child.wait()?;
            return Ok(lines);
        }
    }
    match child.wait()? {
        status if status.success() => Ok(lines),
        status => Err(format!("the training failed: {status}").into()),
    }
}
