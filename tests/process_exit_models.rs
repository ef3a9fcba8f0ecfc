//! A process that ends inside of a run of a driver or a trainer, which lends its model: the model is dropped once.

mod support {
    pub(crate) mod process;
    pub(crate) mod reporting;
}

use callbacks::driver::{Driven, Driver, VariationalDriver};
use callbacks::fit::{Fit, Learner, Loss, OptimizerName, Phase, Trainer};
use callbacks::{Attach, BoxError, Local, Record};
use std::cell::RefCell;
use std::process::exit;
use support::process::{SaysWhenDropped, each_in_a_process, say};
use support::reporting::{Reporting, drops_once};

thread_local! {
    static DRIVER: RefCell<Option<VariationalDriver<Model>>> = const { RefCell::new(None) };
    static TRAINER: RefCell<Option<Trainer<Model>>> = const { RefCell::new(None) };
}

/// What a driver drives and a trainer trains. Both lend it to their state, of which it may be the owner of another one.
struct Model(SaysWhenDropped<1>);

impl Model {
    fn new(name: &str) -> Self {
        Self(SaysWhenDropped::new(name))
    }
}

impl Driven for Model {
    type Samples = SaysWhenDropped<5>;
    type Update = SaysWhenDropped<6>;

    fn sample(&mut self) -> Result<SaysWhenDropped<5>, BoxError> {
        Ok(SaysWhenDropped::new("samples"))
    }

    fn compute_loss_and_update(
        &mut self,
        _: &SaysWhenDropped<5>,
        _: &mut Record,
    ) -> Result<SaysWhenDropped<6>, BoxError> {
        Ok(SaysWhenDropped::new("update"))
    }

    fn update_parameters(&mut self, _: &SaysWhenDropped<6>) -> Result<(), BoxError> {
        Ok(())
    }
}

impl Learner for Model {
    type Batch = SaysWhenDropped<5>;
    type Prediction = SaysWhenDropped<6>;
    type Gradients = SaysWhenDropped<7>;

    fn samples(&self, _: &SaysWhenDropped<5>) -> u64 {
        1
    }

    fn forward(
        &mut self,
        _: &SaysWhenDropped<5>,
        _: Phase,
    ) -> Result<SaysWhenDropped<6>, BoxError> {
        Ok(SaysWhenDropped::new("prediction"))
    }

    fn loss(&mut self, _: &SaysWhenDropped<6>, _: &SaysWhenDropped<5>) -> Result<Loss, BoxError> {
        Ok(Loss::from(1.0))
    }

    fn backward(
        &mut self,
        _: &SaysWhenDropped<6>,
        _: &SaysWhenDropped<5>,
        _: OptimizerName,
    ) -> Result<SaysWhenDropped<7>, BoxError> {
        Ok(SaysWhenDropped::new("gradients"))
    }

    fn step(&mut self, _: SaysWhenDropped<7>, _: f64, _: OptimizerName) -> Result<(), BoxError> {
        Ok(())
    }
}

/// What all drivers and trainers here drop.
const OF_MODELS: [&str; 4] = [
    "lent is dropped",
    "value 2 is dropped",
    "callback 3 is dropped",
    "callback 4 is dropped",
];

/// The lines of a case in which the state owns a model beside the one that is lent to it.
fn of_model(case: &str) -> Vec<&'static str> {
    let mut lines = OF_MODELS.to_vec();
    if case.ends_with("a model of its own") {
        lines.push("owned is dropped");
    }
    lines
}

/// Ends the process while the model is borrowed.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a handler's parameters are what the runtime hands it"
)]
fn end_in(model: Local<'_, Model>) {
    say(format!("{} is borrowed", model.0.name()));
    exit(0)
}

#[test]
fn exit_in_a_handler_of_a_driver() {
    let places = [
        "on_step_end, no model",
        "before_parameter_update, no model",
        "on_run_end, no model",
        "on_step_end, a model of its own",
        "before_parameter_update, a model of its own",
        "on_run_end, a model of its own",
    ];
    each_in_a_process(
        &places,
        |case| {
            let at = match case.split(',').next() {
                Some("on_step_end") => Driver::on_step_end,
                Some("before_parameter_update") => Driver::before_parameter_update,
                _ => Driver::on_run_end,
            };
            let mut driver = VariationalDriver::new(Model::new("lent"))
                .callback(Reporting::<3>::new())
                .on(at, end_in)
                .callback(Reporting::<4>::new())
                .state(SaysWhenDropped::<2>::new("value 2"));
            if case.ends_with("a model of its own") {
                driver = driver.state(Model::new("owned"));
            }
            DRIVER.set(Some(driver));
            DRIVER.with_borrow_mut(|driver| driver.as_mut().map(|it| it.run(1).map(drop)));
        },
        |case, ended| {
            drops_once(ended, &of_model(case));
            ended.assert_says_once("lent is borrowed");
        },
    );
}

#[test]
fn exit_in_a_handler_of_a_trainer() {
    let places = [
        "on_train_batch_after_loss, no model",
        "on_epoch_end, no model",
        "on_fit_end, no model",
        "on_train_batch_after_loss, a model of its own",
        "on_epoch_end, a model of its own",
        "on_fit_end, a model of its own",
    ];
    each_in_a_process(
        &places,
        |case| {
            let at = match case.split(',').next() {
                Some("on_train_batch_after_loss") => Fit::on_train_batch_after_loss,
                Some("on_epoch_end") => Fit::on_epoch_end,
                _ => Fit::on_fit_end,
            };
            let mut trainer = Trainer::new(Model::new("lent"))
                .callback(Reporting::<3>::new())
                .on(at, end_in)
                .callback(Reporting::<4>::new())
                .state(SaysWhenDropped::<2>::new("value 2"));
            if case.ends_with("a model of its own") {
                trainer = trainer.state(Model::new("owned"));
            }
            TRAINER.set(Some(trainer));
            TRAINER.with_borrow_mut(|trainer| {
                let batches = |_| [SaysWhenDropped::new("batch")].into_iter();
                trainer.as_mut().map(|it| it.fit(batches).map(drop))
            });
        },
        |case, ended| {
            drops_once(ended, &of_model(case));
            ended.assert_says_once("lent is borrowed");
        },
    );
}

#[test]
fn a_thread_that_ends_with_a_model_that_was_lent() {
    each_in_a_process(
        &["a driver", "a trainer"],
        |case| {
            let is_driver = case == "a driver";
            let thread = std::thread::spawn(move || {
                if is_driver {
                    let driver = VariationalDriver::new(Model::new("lent"));
                    DRIVER.set(Some(driver.callback(Reporting::<4>::new())));
                    DRIVER.with_borrow_mut(|driver| driver.as_mut().map(|it| it.run(1).map(drop)));
                } else {
                    let trainer = Trainer::new(Model::new("lent"));
                    TRAINER.set(Some(trainer.callback(Reporting::<4>::new())));
                    TRAINER.with_borrow_mut(|trainer| {
                        let batches = |_| [SaysWhenDropped::new("batch")].into_iter();
                        trainer.as_mut().map(|it| it.fit(batches).map(drop))
                    });
                }
            });
            thread.join().unwrap();
        },
        |_, ended| {
            drops_once(ended, &["lent is dropped", "callback 4 is dropped"]);
            ended.assert_says_once("callback 4 exits");
        },
    );
}
