//! What a scripted run of the driver must look like: the promises about flows and endings, as a model of a few lines.

use super::driver_script::{ACTORS, Act, Deed, LIMIT, STEPS};

/// Who must run where, and how the run must end.
pub(crate) fn predict(deeds: &[Deed]) -> (Vec<String>, String) {
    let mut model = Model {
        deeds: deeds.to_vec(),
        ..Model::default()
    };
    let all = 0..ACTORS.len();
    let entered = all
        .clone()
        .find(|callback| !model.one(*callback, "on_enter"));
    let entered = entered.unwrap_or(all.end);
    if model.goes_on() {
        model.run();
    }
    if model.failed.is_none() {
        model.tell_stop();
    }
    if model.failed.is_some() && model.stage < Stage::Closing {
        model.stage = Stage::Told;
        for callback in 0..entered {
            model.one(callback, "on_run_error");
        }
    }
    model.stage = Stage::Closing;
    for callback in (0..entered).rev() {
        model.one(callback, "on_exit");
    }
    let ending = model.ending();
    (model.trace, ending)
}

/// How much of the loop a flow ends.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Reach {
    Leave,
    Stop,
    Interrupt,
}

/// How far the run has come on its way to its ending.
#[derive(Clone, Copy, Default, PartialEq, PartialOrd)]
enum Stage {
    #[default]
    Entering,
    Running,
    /// Flows have no effect any more.
    Told,
    /// The end of the run has begun.
    Closing,
}

#[derive(Default)]
struct Model {
    deeds: Vec<Deed>,
    trace: Vec<String>,
    /// The first handler that returned the outermost flow.
    pending: Option<(Reach, String)>,
    /// Who failed first.
    failed: Option<String>,
    stage: Stage,
    rejected: bool,
}

impl Model {
    fn goes_on(&self) -> bool {
        self.failed.is_none() && self.pending.is_none()
    }

    fn run(&mut self) {
        self.stage = Stage::Running;
        self.fire("on_run_start");
        for _ in 0..STEPS {
            self.step();
        }
        if self.failed.is_none() {
            self.tell_stop();
        }
        if self.failed.is_none() {
            self.stage = Stage::Closing;
            self.all("on_run_end");
        }
        self.pending.take_if(|(reach, _)| *reach == Reach::Leave);
    }

    fn step(&mut self) {
        for attempt in 1..=LIMIT {
            self.rejected = false;
            self.fire("on_step_start");
            self.fire("on_compute_update_start");
            self.fire("on_compute_update_end");
            if !self.goes_on() || !self.rejected {
                break;
            }
            if attempt == LIMIT {
                self.failed = Some("the loop itself".to_owned());
            }
        }
        self.fire("before_parameter_update");
        self.fire("on_step_end");
    }

    fn tell_stop(&mut self) {
        let at = match &self.pending {
            Some((Reach::Stop, _)) => "on_stop",
            Some((Reach::Interrupt, _)) => "on_interrupt",
            _ => return,
        };
        if self.stage < Stage::Told {
            self.stage = Stage::Told;
            self.all(at);
        }
    }

    fn fire(&mut self, at: &'static str) {
        if self.goes_on() {
            self.all(at);
        }
    }

    fn all(&mut self, at: &'static str) {
        for callback in 0..ACTORS.len() {
            if !self.one(callback, at) {
                return;
            }
        }
    }

    /// Runs one callback there; says whether those behind it run.
    fn one(&mut self, callback: usize, at: &'static str) -> bool {
        let callback_ref = format!("{} {at}", ACTORS[callback]);
        self.trace.push(callback_ref.clone());
        let mine = |deed: &Deed| deed.callback == callback && deed.at == at;
        let Some(next) = self.deeds.iter().position(mine) else {
            return true;
        };
        match self.deeds.remove(next).act {
            Act::Err | Act::Panic => self.fail(callback_ref),
            Act::Reject => {
                self.rejected |= at == "on_compute_update_end";
                true
            }
            _ if self.stage >= Stage::Told => true,
            Act::Leave if self.stage == Stage::Entering => self.fail(callback_ref),
            Act::Leave => self.request(Reach::Leave, callback_ref),
            Act::Stop => self.request(Reach::Stop, callback_ref),
            Act::Interrupt => self.request(Reach::Interrupt, callback_ref),
        }
    }

    fn fail(&mut self, callback_ref: String) -> bool {
        self.failed.get_or_insert(callback_ref);
        false
    }

    fn request(&mut self, reach: Reach, callback_ref: String) -> bool {
        let before = self.pending.as_ref();
        if before.is_none_or(|(before, _)| reach > *before) {
            self.pending = Some((reach, callback_ref));
        }
        true
    }

    fn ending(&self) -> String {
        match (&self.failed, &self.pending) {
            (Some(callback_ref), _) => format!("failed by {callback_ref}"),
            (None, Some((Reach::Interrupt, callback_ref))) => {
                format!("interrupted by {callback_ref}")
            }
            (None, Some((_, callback_ref))) => format!("stopped by {callback_ref}"),
            (None, None) => "finished".to_owned(),
        }
    }
}
