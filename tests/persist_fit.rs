//! A fit whose callbacks change gradients, saved at any place of a batch and continued by another plan, is the fit that was never cut.

mod support {
    pub(crate) mod places;
}

use callbacks::fit::{
    Epoch, Epochs, Iteration, Learner, LearningRate, Loss, MicroStep, OptimizerName, Phase,
    SampleCount, SkipStep, Step, Total,
};
use callbacks::persist::{Fields, SavedRun};
use callbacks::prelude::*;
use callbacks::shelf::{
    ClipGradients, LrFinder, MixedPrecision, PhaseCounts, Recorder, WeightDecay,
};
use callbacks::{BoxError, Break, Callback, Gradients, HalfPrecision, Parameters, Run};
use support::places::{self, Done, Ran, Walk};

/// A model with two parameters, which scales its loss.
#[derive(Debug, Clone, PartialEq, Parameters)]
struct Model {
    weights: [f64; 2],
    #[parameters(skip)]
    scale: f64,
}

#[derive(Debug, Clone, PartialEq, Gradients)]
struct Slopes([f64; 2]);

impl Learner for Model {
    type Batch = ();
    type Prediction = ();
    type Gradients = Slopes;

    fn samples(&self, (): &()) -> u64 {
        1
    }

    fn forward(&mut self, (): &(), _: Phase) -> Result<(), BoxError> {
        Ok(())
    }

    fn loss(&mut self, (): &(), (): &()) -> Result<Loss, BoxError> {
        Ok(Loss::from(0.5))
    }

    fn backward(&mut self, (): &(), (): &(), _: OptimizerName) -> Result<Slopes, BoxError> {
        Ok(Slopes([0.0; 2]))
    }

    fn step(&mut self, _: Slopes, _: f64, _: OptimizerName) -> Result<(), BoxError> {
        Ok(())
    }
}

impl HalfPrecision for Model {
    fn set_half_precision(&mut self, _: bool) -> Result<(), BoxError> {
        Ok(())
    }

    fn set_loss_scale(&mut self, scale: f64) -> Result<(), BoxError> {
        self.scale = scale;
        Ok(())
    }
}

/// What a batch has besides the counters.
#[derive(Default)]
struct Batch {
    iteration: u64,
}

const EPOCHS: u64 = 3;
const BATCHES: u64 = 3;
/// The optimisers, each with a step in each batch.
const OPTIMIZERS: [&str; 2] = ["generator", "critic"];
/// The actions of a batch, of a pass and of an epoch.
const BATCH: u64 = 2 + 2 * OPTIMIZERS.len() as u64;
const PASS: u64 = 1 + BATCHES * (BATCH + 1);

fn get<T: Copy + 'static>(run: &mut Run<'_, Fit>) -> T {
    *run.state().get::<T>().unwrap()
}

/// Puts gradients into the state that depend on the position, multiplied by the scale of the learner. Some of them are infinite.
fn backward(run: &mut Run<'_, Fit>, optimizer: usize) -> Result<(), Break> {
    run.state().insert(OptimizerName(OPTIMIZERS[optimizer]));
    run.fire(Fit::on_train_batch_before_backward)?;
    let position = f64::from(u32::try_from(get::<MicroStep>(run).get()).unwrap())
        + 0.5 * f64::from(u8::try_from(optimizer).unwrap());
    let scale = run.state().get::<Model>().unwrap().scale;
    let slope = if get::<MicroStep>(run).get() == 4 && optimizer == 1 {
        f64::INFINITY
    } else {
        position.sin()
    };
    run.state()
        .insert(Slopes([scale * slope, scale * position.cos()]));
    Ok(())
}

fn step(run: &mut Run<'_, Fit>) -> Result<(), Break> {
    run.fire(Fit::on_train_batch_before_step)?;
    let skips = std::mem::take(run.state().get_mut::<SkipStep>().unwrap()).is_skipped();
    let slopes = run.state().get::<Slopes>().unwrap().0;
    let rate = run.state().get::<LearningRate>().unwrap().get();
    if !skips {
        let mut state = run.state();
        let model = state.get_mut::<Model>().unwrap();
        for (weight, slope) in model.weights.iter_mut().zip(slopes) {
            *weight -= rate * slope;
        }
    }
    run.fire(Fit::on_train_batch_after_step)
}

fn batch(run: &mut Run<'_, Fit>, walk: &mut Walk) -> Result<(), Break> {
    walk.act(run, |run| {
        run.state().get_mut::<Batch>().unwrap().iteration += 1;
        run.fire(Fit::on_train_batch_after_pred)
    })?;
    for optimizer in 0..OPTIMIZERS.len() {
        walk.act(run, |run| backward(run, optimizer))?;
        walk.act(run, step)?;
    }
    walk.act(run, |run| {
        let (micro_step, step) = (get::<MicroStep>(run).get(), get::<Step>(run).get());
        run.state().insert(MicroStep::new(micro_step + 1));
        run.state().insert(Step::new(step + 1));
        let weights = run.state().get::<Model>().unwrap().weights;
        run.state().insert(Loss::from(
            weights.map(|x| (x - 1.0).powi(2)).iter().sum::<f64>(),
        ));
        Ok(())
    })
}

fn epoch(run: &mut Run<'_, Fit>, walk: &mut Walk) -> Result<(), Break> {
    walk.act(run, |_| Ok(()))?;
    walk.scope(run, (Fit::TRAIN, PASS), &mut |run, walk| {
        walk.act(run, |_| Ok(()))?;
        (0..BATCHES).try_for_each(|_| walk.scope(run, (Fit::TRAIN_BATCH, BATCH), &mut batch))
    })
}

fn state() -> State {
    let mut state = State::new();
    state.insert(Model {
        weights: [0.5, -0.25],
        scale: 1.0,
    });
    state.insert(Slopes([0.0; 2]));
    state.insert(Epochs {
        min: 0,
        max: EPOCHS + 1,
    });
    state.insert(Epoch::default());
    state.insert(Step::default());
    state.insert(MicroStep::default());
    state.insert(SampleCount::default());
    state.insert(Iteration::default());
    state.insert(Total::default());
    state.insert(Phase::Train);
    state.insert(SkipStep::default());
    state.insert(Record::default());
    state.insert(LearningRate::new(0.1));
    state.insert(Loss::from(0.0));
    state.insert(OptimizerName(OPTIMIZERS[0]));
    state.insert(Done::default());
    state.insert(Batch::default());
    state
}

fn plan(attach: &dyn Fn(&mut Plan<Fit>)) -> Plan<Fit> {
    let mut plan = Plan::new();
    attach(&mut plan);
    plan.persist_fields("model", <Model as Parameters>::persist);
    plan.persist_fields("slopes", |slopes: &mut Slopes, fields: &mut Fields<'_>| {
        fields.tensor("", &[2], &mut slopes.0);
    });
    plan.persist_fields("batch", |batch: &mut Batch, fields: &mut Fields<'_>| {
        fields.field("iteration", &mut batch.iteration);
    });
    plan.persist_fields(
        "optimizer",
        |name: &mut OptimizerName, fields: &mut Fields<'_>| {
            let mut index = OPTIMIZERS.iter().position(|each| *each == name.0).unwrap();
            fields.field("index", &mut index);
            name.0 = OPTIMIZERS[index];
        },
    );
    plan.persist_fields("rate", LearningRate::persist);
    plan.persist_fields("loss", |loss: &mut Loss, fields: &mut Fields<'_>| {
        let mut value = loss.value();
        fields.field("value", &mut value);
        *loss = Loss::from(value);
    });
    plan.persist_fields("done", Done::persist);
    plan
}

fn run(saved: Option<SavedRun>, attach: &dyn Fn(&mut Plan<Fit>)) -> Ran {
    let (mut plan, mut state) = (plan(attach), state());
    if let Some(saved) = saved {
        plan.restore(saved);
    }
    let mut walk = Walk::default();
    let outcome = plan.run(&mut state, |run| {
        run.scope(Fit::FIT, |run| {
            (0..EPOCHS).try_for_each(|number| {
                walk.act(run, |run| {
                    run.state().insert(Epoch::new(number + 1));
                    Ok(())
                })?;
                walk.scope(run, (Fit::EPOCH, PASS + 2), &mut epoch)
            })
        })
        .map(drop)
    });
    Ran {
        saved: walk.saved,
        outcome: outcome.unwrap().to_string(),
        bits: state
            .get::<Model>()
            .unwrap()
            .weights
            .map(f64::to_bits)
            .to_vec(),
        state,
    }
}

fn cut(attach: &dyn Fn(&mut Plan<Fit>)) -> Ran {
    places::cut_at_each_place(EPOCHS * (PASS + 4), &|saved| run(saved, attach))
}

fn cut_with<C: Callback<Fit> + Send>(make: impl Fn() -> C) -> Ran {
    cut(&|plan| {
        plan.add(make());
    })
}

#[test]
fn mixed_precision() {
    let precision = || {
        MixedPrecision::<Model>::new()
            .initial_scale(8.0)
            .growth(3.0)
            .growth_interval(2)
    };
    let ran = cut_with(precision);
    let record = ran.state.get::<Record>().unwrap();
    // It has grown and shrunk since.
    assert!(
        record.get("loss_scale").is_some_and(|scale| scale > 8.0),
        "{record}"
    );
    let mut texts = ran
        .saved
        .iter()
        .map(|saved| serde_json::to_string(saved).unwrap());
    assert!(texts.any(|text| text.contains("\"overflows\":1")));
}

#[test]
fn clip_gradients() {
    cut_with(|| ClipGradients::<Slopes>::by_norm(0.7).skip_not_finite());
    let ran = cut_with(|| ClipGradients::<Slopes>::measure().record_as("slope"));
    let record = ran.state.get::<Record>().unwrap();
    assert!(record.get("slope.generator").is_some(), "{record}");
}

#[test]
fn weight_decay() {
    cut_with(|| WeightDecay::<Model>::linear(0.1, 0.5, 6));
    cut_with(|| WeightDecay::<Model>::constant(0.1).of("critic"));
}

#[test]
fn a_sweep_over_learning_rates() {
    let ran = cut(&|plan| {
        plan.add(ClipGradients::<Slopes>::measure().skip_not_finite());
        plan.add(LrFinder::new().range(1e-3, 1.0).steps(100));
    });
    let last = serde_json::to_string(ran.saved.last().unwrap()).unwrap();
    assert!(last.contains("\"count\":9"), "{last}");
}

#[test]
fn the_counts_of_a_recorder() {
    let ran = cut(&|plan| {
        plan.add(Recorder);
        plan.persist_fields("phase_counts", PhaseCounts::persist);
    });
    let counts = ran.state.get::<PhaseCounts>().unwrap().of(Phase::Train);
    assert_eq!((counts.epochs.get(), counts.iterations.get()), (3, 9));
}

#[test]
fn all_of_them_together() {
    cut(&|plan| {
        plan.add(
            MixedPrecision::<Model>::new()
                .initial_scale(8.0)
                .growth_interval(2),
        );
        plan.add(ClipGradients::<Slopes>::by_norm(0.7));
        plan.add(WeightDecay::<Model>::constant(0.1));
    });
}
