//! Optimisers for candle in saved runs: a run that is cut after any step is the run that was never cut.

mod support {
    pub(crate) mod optimized;
}

use callbacks::candle::AdamW;
use callbacks::persist::{Fields, SavedFields, SavedRun};
use callbacks::prelude::*;
use callbacks::{BoxError, Parameters};
use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{VarBuilder, VarMap, linear};
use support::optimized::{ALL, Optimizer, RATE, bytes, gradients, named, variables};

/// Names what a learner saves.
fn persist(optimizer: &mut dyn Optimizer, variables: &mut [Var], fields: &mut Fields<'_>) {
    fields.nested("parameters", |fields| variables.persist(fields));
    fields.nested("optimizer", |fields| optimizer.persist(fields));
}

#[test]
fn a_run_that_is_cut_after_any_step_is_the_run_that_was_never_cut() {
    for (kind, make) in ALL.iter().enumerate() {
        for dtype in [DType::F32, DType::BF16] {
            let mut own = variables(dtype);
            let mut optimizer = make(&own);
            let mut saved = Vec::new();
            for step in 0..12 {
                saved.push(
                    SavedFields::save(|fields| persist(&mut *optimizer, &mut own, fields)).unwrap(),
                );
                optimizer.step(&gradients(&own, step)).unwrap();
            }
            for (cut, saved) in (0..).zip(saved) {
                let mut again = variables(dtype);
                let mut second = make(&again);
                saved
                    .load(|fields| persist(&mut *second, &mut again, fields))
                    .unwrap();
                for step in cut..12 {
                    second.step(&gradients(&again, step)).unwrap();
                }
                assert_eq!(
                    bytes(&again),
                    bytes(&own),
                    "{kind}, {dtype:?}, cut after {cut}"
                );
            }
        }
    }
}

#[test]
fn moments_have_the_names_of_their_variables_and_no_other_shape() {
    let own = variables(DType::F32);
    let mut optimizer = AdamW::named(named(&own));
    optimizer.step(&gradients(&own, 0), RATE).unwrap();
    let saved = SavedFields::save(|fields| optimizer.persist(fields)).unwrap();
    let names: Vec<&str> = saved.names().collect();
    let expected = [
        "steps",
        "layer.weight.first_moment",
        "layer.weight.second_moment",
        "scale.first_moment",
        "scale.second_moment",
    ];
    assert_eq!(names, expected);
    assert_eq!(optimizer.steps(), 1);
    let mut other = AdamW::named(named(&variables(DType::F64)));
    let text = saved
        .load(|fields| other.persist(fields))
        .unwrap_err()
        .to_string();
    let first = "`layer.weight.first_moment`: it is a tensor of F32 [2, 3], and not of F64 [2, 3]; load it into one of the same type and shape";
    assert!(text.starts_with(first), "{text}");
}

breakpoints! { loop Descend with Step as steps { scope STEP counts Step { before_step; after_step; } } }

/// A learner with a map of variables.
struct Learner {
    variables: VarMap,
    optimizer: AdamW,
}

impl Learner {
    fn new() -> Result<Self, BoxError> {
        let variables = VarMap::new();
        let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
        linear(2, 3, builder.pp("layer"))?;
        for variable in variables.all_vars() {
            variable.set(&variable.ones_like()?)?;
        }
        let optimizer = AdamW::of_map(&variables)?;
        Ok(Self {
            variables,
            optimizer,
        })
    }

    fn step(&mut self, step: u64) -> Result<(), BoxError> {
        let shift = f64::from(u32::try_from(step)?).sin();
        let mut loss = Tensor::new(0.0_f32, &Device::Cpu)?;
        for variable in self.variables.all_vars() {
            loss = (loss + variable.affine(1.0, shift)?.sqr()?.sum_all()?)?;
        }
        Ok(self.optimizer.step(&loss.backward()?, RATE)?)
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.nested("parameters", |fields| self.variables.persist(fields));
        fields.nested("optimizer", |fields| self.optimizer.persist(fields));
    }
}

/// Runs 8 steps, or those that are left. Returns the saved run after each.
fn run(saved: Option<&SavedRun>) -> Vec<SavedRun> {
    let mut plan = Plan::<Descend>::new();
    plan.persist_fields("learner", Learner::persist);
    plan.on(Descend::after_step, |learner: &mut Learner, step: &Step| {
        learner.step(step.get())
    });
    if let Some(saved) = saved {
        let text = serde_json::to_string(saved).unwrap();
        plan.restore(serde_json::from_str(&text).unwrap());
    }
    let (mut state, mut runs) = (State::new(), Vec::new());
    state.insert(Learner::new().unwrap());
    let outcome = plan.run(&mut state, |run| {
        let begun = run.state().get::<Step>().map_or(0, |step| step.get());
        for _ in begun..8 {
            run.scope(Descend::STEP, |_| Ok(()))?;
            runs.push(run.save()?);
        }
        Ok(())
    });
    assert!(outcome.unwrap().is_finished());
    runs
}

#[test]
fn a_learner_is_saved_with_its_run() {
    let whole = run(None);
    let names: Vec<String> = whole[0].clone().take_tensors().into_keys().collect();
    assert!(
        names.contains(&"state/learner/parameters.layer.weight".to_owned()),
        "{names:?}"
    );
    assert!(names.contains(&"state/learner/optimizer.layer.weight.first_moment".to_owned()));
    for (cut, saved) in whole.iter().enumerate() {
        assert_eq!(run(Some(saved)), whole[cut + 1..], "cut after {cut}");
    }
}
