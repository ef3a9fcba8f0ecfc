//! The time that processors spend on something, as Linux tells it. Others who use the machine do not count.

use rustix::time::{ClockId, clock_gettime};
use std::error::Error;
use std::fs;
use std::time::Duration;

/// The time spent on this process since it began.
pub(super) fn of_this_process() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(spent.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(spent.tv_nsec).unwrap_or_default())
}

/// The seconds spent on all processes that this one started and waited for, and on those that they waited for.
pub(super) fn of_children() -> Result<f64, Box<dyn Error>> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name, in parentheses, may have spaces in it.
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    // `cutime` and `cstime`, the 16th and 17th field, of which the first two are before the parenthesis.
    let fields = behind_name.split_whitespace().skip(13).take(2);
    let ticks = fields.map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS_PER_SECOND)
}
