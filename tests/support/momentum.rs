//! A learner with an optimiser that remembers, a generator of random numbers, and places to fail.
#![allow(dead_code, reason = "no test uses all of it")]

use callbacks::fit::{Learner, Loss, OptimizerName, Phase, SaveParameters};
use callbacks::persist::Fields;
use callbacks::{BoxError, Parameters};
use std::io::{self, Read, Write};

/// Fits a constant to numbers, with noise and momentum.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub(crate) struct Momentum {
    pub(crate) weight: f64,
    velocity: f64,
    /// The state of a generator of random numbers, which `forward` advances. Each half is exact as a number, so that it can be a parameter.
    random: [f64; 2],
    #[parameters(skip)]
    pub(crate) fails: Option<Fails>,
}

/// A place to fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fails {
    Forward(Phase),
    Panics(Phase),
    Loss(Phase),
    Backward,
    Step,
    Save,
    Load,
    LoadOfNothing,
}

#[derive(Clone, Debug)]
pub(crate) struct Numbers(pub(crate) Vec<f64>);

#[derive(Debug)]
pub(crate) struct Guess(pub(crate) f64);

#[derive(callbacks::Gradients)]
pub(crate) struct Slope(f64);

impl Momentum {
    pub(crate) fn new() -> Self {
        Self {
            weight: 0.1,
            velocity: 0.0,
            random: [0.0, 1.0],
            fails: None,
        }
    }

    pub(crate) fn failing(fails: Fails) -> Self {
        Self {
            fails: Some(fails),
            ..Self::new()
        }
    }

    fn fail_at(&self, at: Fails) -> Result<(), String> {
        if self.fails == Some(at) {
            return Err(format!("{at:?} fails"));
        }
        Ok(())
    }

    /// All that the learner remembers, as bits.
    pub(crate) fn bits(&self) -> [u64; 4] {
        let [first, second] = self.random;
        [self.weight, self.velocity, first, second].map(f64::to_bits)
    }
}

impl Learner for Momentum {
    type Batch = Numbers;
    type Prediction = Guess;
    type Gradients = Slope;

    fn samples(&self, batch: &Numbers) -> u64 {
        batch.0.len() as u64
    }

    fn forward(&mut self, _: &Numbers, phase: Phase) -> Result<Guess, BoxError> {
        self.fail_at(Fails::Forward(phase))?;
        assert!(
            self.fails != Some(Fails::Panics(phase)),
            "the shapes differ"
        );
        let [first, second] = self.random;
        self.random = [second, (5.0 * first + 3.0 * second + 1.0) % 8191.0];
        let noise = self.random[1] / 1e6;
        Ok(Guess(self.weight + noise))
    }

    fn loss(&mut self, guess: &Guess, batch: &Numbers) -> Result<Loss, BoxError> {
        for phase in [Phase::Train, Phase::Valid] {
            // The batches of the two passes differ in their first number.
            if (phase == Phase::Valid) == (batch.0[0] < 0.0) {
                self.fail_at(Fails::Loss(phase))?;
            }
        }
        Ok(Loss::from((guess.0 - batch.0[0]).powi(2)))
    }

    fn backward(
        &mut self,
        guess: &Guess,
        batch: &Numbers,
        _: OptimizerName,
    ) -> Result<Slope, BoxError> {
        self.fail_at(Fails::Backward)?;
        Ok(Slope(2.0 * (guess.0 - batch.0[0])))
    }

    fn step(&mut self, slope: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.velocity = 0.9 * self.velocity + slope.0;
        self.weight -= rate * self.velocity;
        // After the update, so that there is something to undo.
        Ok(self.fail_at(Fails::Step)?)
    }

    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.field("parameters.weight", &mut self.weight);
        fields.field("optimizer.velocity", &mut self.velocity);
        fields.field("random", &mut self.random);
    }
}

impl SaveParameters for Momentum {
    fn save(&self, to: &mut dyn Write) -> io::Result<()> {
        self.fail_at(Fails::Save).map_err(io::Error::other)?;
        self.bits()
            .iter()
            .try_for_each(|bits| to.write_all(&bits.to_le_bytes()))
    }

    fn load(&mut self, from: &mut dyn Read) -> io::Result<()> {
        self.fail_at(Fails::Load).map_err(io::Error::other)?;
        let mut read = || {
            let mut bytes = [0; 8];
            from.read_exact(&mut bytes)
                .map(|()| u64::from_le_bytes(bytes))
        };
        let (weight, velocity, random) = (read()?, read()?, [read()?, read()?]);
        if self.fails != Some(Fails::LoadOfNothing) {
            self.weight = f64::from_bits(weight);
            self.velocity = f64::from_bits(velocity);
            self.random = random.map(f64::from_bits);
        }
        Ok(())
    }
}

/// Batches of training.
pub(crate) fn train() -> Vec<Numbers> {
    [1.0, 2.0, 3.0].map(|number| Numbers(vec![number])).to_vec()
}

/// Batches of validation.
pub(crate) fn valid() -> Vec<Numbers> {
    [-1.0, -2.0].map(|number| Numbers(vec![number])).to_vec()
}
