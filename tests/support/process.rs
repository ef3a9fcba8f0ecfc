//! Scenarios that end their process: each runs in a process of its own, which is the test's binary once more.
#![allow(dead_code, reason = "no test uses all of it")]

use std::any::type_name_of_val;
use std::io::{Read, Write, stdout};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Names the test whose scenario the process runs.
const TEST: &str = "CALLBACKS_PROBE_TEST";
/// Names the case of the scenario.
const CASE: &str = "CALLBACKS_PROBE_CASE";
/// Names a program, with its arguments, that runs the processes, such as valgrind.
const UNDER: &str = "CALLBACKS_PROBE_UNDER";
/// Begins each line that a scenario says, among what the test harness prints.
const MARK: &str = "probe: ";
/// A process that takes longer hangs: a scenario is over in a fraction of a second, on a machine that has nothing else to do.
/// Under another program, such as valgrind, it takes ten times as long and more.
const DEADLINE: Duration = Duration::from_secs(30);
const DEADLINE_UNDER: Duration = Duration::from_mins(10);

/// What became of the process of one case.
pub(crate) struct Ended {
    case: String,
    status: ExitStatus,
    /// What the scenario said, in order.
    pub(crate) lines: Vec<String>,
    errors: String,
}

impl Ended {
    /// Panics unless the process ended with the exit code 0.
    #[track_caller]
    pub(crate) fn assert_succeeds(&self) {
        let Self { case, status, .. } = self;
        let (lines, errors) = (&self.lines, &self.errors);
        assert!(
            status.success(),
            "{case}: {status}, {lines:#?}, stderr:\n{errors}"
        );
    }

    /// Panics unless the process ended with the exit code 0 and the scenario said exactly these lines, in any order.
    #[track_caller]
    pub(crate) fn assert_says(&self, expected: &[&str]) {
        self.assert_succeeds();
        let (mut lines, mut expected) = (self.lines.clone(), expected.to_vec());
        lines.sort();
        expected.sort_unstable();
        let Self { case, errors, .. } = self;
        assert_eq!(lines, expected, "{case}, stderr:\n{errors}");
    }

    /// The signal that ended the process, if one did.
    #[cfg(unix)]
    pub(crate) fn signal(&self) -> Option<i32> {
        std::os::unix::process::ExitStatusExt::signal(&self.status)
    }

    /// How many of the lines are this one.
    pub(crate) fn count(&self, line: &str) -> usize {
        self.lines.iter().filter(|other| *other == line).count()
    }

    /// Panics unless the scenario said this line exactly once.
    #[track_caller]
    pub(crate) fn assert_says_once(&self, line: &str) {
        let Self { case, lines, .. } = self;
        let errors = &self.errors;
        assert_eq!(
            self.count(line),
            1,
            "{case}: {line}: {lines:#?}, stderr:\n{errors}"
        );
    }
}

/// Runs `scenario` once for each of `cases`, each time in a new process, and looks at what became of it. Each test calls this
/// at most once and with a closure that it writes itself, whose name tells the new process which test to run.
#[track_caller]
pub(crate) fn each_in_a_process<C: AsRef<str>>(
    cases: &[C],
    scenario: impl Fn(&str),
    look: impl Fn(&str, &Ended),
) {
    each_in_the_process_of(&test_of(type_name_of_val(&scenario)), cases, scenario, look);
}

/// Runs `scenario` in a new process, which must end with the exit code 0: what it asserts, it asserts there.
#[track_caller]
pub(crate) fn in_a_process(scenario: impl Fn()) {
    let test = test_of(type_name_of_val(&scenario));
    each_in_the_process_of(
        &test,
        &["all"],
        |_| scenario(),
        |_, ended| ended.assert_succeeds(),
    );
}

#[track_caller]
fn each_in_the_process_of<C: AsRef<str>>(
    test: &str,
    cases: &[C],
    scenario: impl Fn(&str),
    look: impl Fn(&str, &Ended),
) {
    if let (Ok(wanted), Ok(case)) = (std::env::var(TEST), std::env::var(CASE)) {
        assert_eq!(
            wanted, test,
            "the process runs the test that it was made for"
        );
        scenario(&case);
        return;
    }
    let fails = |case: &&C| {
        let case = case.as_ref();
        // One that hangs fails the test at once: the others would be waited for as long.
        let ended = run(test, case);
        catch_unwind(AssertUnwindSafe(|| look(case, &ended))).is_err()
    };
    let failed: Vec<&str> = cases.iter().filter(fails).map(AsRef::as_ref).collect();
    assert!(failed.is_empty(), "these cases fail: {failed:#?}");
}

/// Says a line to the test that made this process.
pub(crate) fn say(line: impl std::fmt::Display) {
    // In one piece, so that lines of several threads do not mix. Whoever listened may be gone.
    let _ = stdout().write_all(format!("\n{MARK}{line}\n").as_bytes());
}

/// What is never dropped.
static LEFT: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Forgets a value, as `std::mem::forget` does, but where a check for leaks still sees it.
pub(crate) fn forget<T: 'static>(value: T) {
    let place = Box::leak(Box::new(value));
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    left.push(std::ptr::from_mut(place).expose_provenance());
}

/// The name of the test in which a closure is written, as the test harness has it.
fn test_of(closure: &str) -> String {
    let within = closure.split_once("::").map_or(closure, |(_, path)| path);
    let end = within.find("::{{closure}}").unwrap_or(within.len());
    within[..end].to_owned()
}

fn run(test: &str, case: &str) -> Ended {
    let mut child = this_binary()
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .envs([(TEST, test), (CASE, case), ("RUST_BACKTRACE", "0")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    let (printed, errors) = read(&mut child, case);
    let status = child.wait().expect("the status of a process that ended");
    let lines = printed
        .lines()
        .filter_map(|line| line.strip_prefix(MARK))
        .map(str::to_owned)
        .collect();
    assert!(
        printed.contains("running 1 test"),
        "the name of the test is {test}"
    );
    Ended {
        case: case.to_owned(),
        status,
        lines,
        errors,
    }
}

/// The command that runs this binary once more.
fn this_binary() -> Command {
    let binary = std::env::current_exe().expect("the path of this binary");
    let under = std::env::var(UNDER).unwrap_or_default();
    let mut words = under.split_whitespace();
    let Some(program) = words.next() else {
        return Command::new(binary);
    };
    let mut command = Command::new(program);
    command.args(words).arg(binary);
    command
}

/// Reads what a process prints until it ends; one that hangs is ended, and fails the test.
fn read(child: &mut Child, case: &str) -> (String, String) {
    let (done, is_done) = channel();
    let pipes: [Box<dyn Read + Send>; 2] = [
        Box::new(child.stdout.take().expect("piped")),
        Box::new(child.stderr.take().expect("piped")),
    ];
    for (nth, mut pipe) in pipes.into_iter().enumerate() {
        let done = done.clone();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            // The test may have failed meanwhile.
            let _ = done.send((nth, text));
        });
    }
    let mut texts = [String::new(), String::new()];
    for _ in 0..2 {
        let is_under = std::env::var_os(UNDER).is_some();
        let deadline = if is_under { DEADLINE_UNDER } else { DEADLINE };
        let Ok((nth, text)) = is_done.recv_timeout(deadline) else {
            let _ = child.kill();
            panic!("{case}: the process hangs");
        };
        texts[nth] = text;
    }
    texts.into()
}

/// A value that says when it is dropped. One that is dropped twice frees its text twice.
pub(crate) struct SaysWhenDropped<const N: usize> {
    name: String,
}

impl<const N: usize> SaysWhenDropped<N> {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.into() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl<const N: usize> Drop for SaysWhenDropped<N> {
    fn drop(&mut self) {
        say(format!("{} is dropped", self.name));
    }
}
