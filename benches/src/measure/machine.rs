//! What the tables were measured on, and what else it had to do meanwhile.

use crate::report::Table;
use std::error::Error;
use std::fs;
use std::process::Command;

/// The features that this program was built with.
pub(super) const FEATURES: &str = if cfg!(feature = "candle") {
    "default (`candle`)"
} else {
    "none (`--no-default-features`)"
};

pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let mut table = Table::new("Machine", "machine", ["what", "which"]);
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let of = |label: &str| {
        let line = processors.lines().find(|line| line.starts_with(label));
        line.and_then(|line| line.split_once(": "))
            .map_or("unknown", |(_, value)| value.trim())
    };
    let count = std::thread::available_parallelism()?;
    table.row([
        "processors",
        &format!(
            "{count}, {}, family {}, model {}",
            of("model name"),
            of("cpu family"),
            of("model\t")
        ),
    ]);
    let linux = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    table.row(["Linux", linux.trim()]);
    table.row(["compiler", &version("rustc")?]);
    table.row(["features of `callbacks-benches`", FEATURES]);
    table.row(["valgrind", &version("valgrind")?]);
    table.row([
        "programs that ran or waited, in the mean of 1, 5 and 15 minutes",
        &waiting()?,
    ]);
    Ok(table)
}

fn version(program: &str) -> Result<String, Box<dyn Error>> {
    let text = Command::new(program).arg("--version").output();
    let text = text.map_err(|error| format!("cannot run {program}: {error}; install it"))?;
    Ok(String::from_utf8(text.stdout)?.trim().to_owned())
}

fn waiting() -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text
        .split_whitespace()
        .take(3)
        .collect::<Vec<_>>()
        .join(", "))
}
