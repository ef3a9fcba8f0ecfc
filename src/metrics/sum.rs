//! Sums and means that lose no digits, however many numbers there are.

use callback_runtime::persist::Fields;

/// A compensated sum (Neumaier 1974): the error does not grow with the number of terms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sum {
    sum: f64,
    /// What the sum has lost to rounding.
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        if sum.is_finite() {
            self.lost += if self.sum.abs() >= term.abs() {
                (self.sum - sum) + term
            } else {
                (term - sum) + self.sum
            };
        }
        self.sum = sum;
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.add(other.sum);
        self.lost += other.lost;
    }

    /// Returns the sum, and what it has lost to rounding.
    pub(super) fn numbers(self) -> [f64; 2] {
        [self.sum, self.lost]
    }

    pub(super) fn of_numbers([sum, lost]: [f64; 2]) -> Self {
        Self { sum, lost }
    }

    pub(super) fn persist(&mut self, name: &str, fields: &mut Fields<'_>) {
        let mut numbers = self.numbers();
        fields.field(name, &mut numbers);
        *self = Self::of_numbers(numbers);
    }

    pub(super) fn get(self) -> f64 {
        if self.sum.is_finite() {
            self.sum + self.lost
        } else {
            self.sum
        }
    }
}

/// A mean over weighted samples.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct WeightedMean {
    sum: Sum,
    weight: Sum,
}

impl WeightedMean {
    /// Adds a sample. One of weight 0 is ignored, because `0 × NaN` would be NaN.
    pub(super) fn add(&mut self, value: f64, weight: f64) {
        if weight > 0.0 {
            self.sum.add(value * weight);
            self.weight.add(weight);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.sum.merge(other.sum);
        self.weight.merge(other.weight);
    }

    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        self.sum.persist("sum", fields);
        self.weight.persist("weight", fields);
    }

    pub(super) fn get(self) -> Option<f64> {
        let weight = self.weight.get();
        (weight > 0.0).then(|| self.sum.get() / weight)
    }
}

/// The mean of weighted samples and the sum of their squared distances from it (Welford 1962, West 1979; merged after Chan et al. 1979). The
/// mean is kept as a distance from the first sample, so that samples far from 0 lose no digits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Spread {
    weight: f64,
    /// The first sample.
    origin: f64,
    /// The distance of the mean from the origin.
    mean: f64,
    squares: f64,
}

impl Spread {
    /// Adds a sample, unless its weight is 0.
    pub(super) fn add(&mut self, value: f64, weight: f64) {
        if weight > 0.0 {
            self.merge(Self {
                weight,
                origin: value,
                ..Self::default()
            });
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        if other.weight <= 0.0 {
            return;
        }
        if self.weight <= 0.0 {
            *self = other;
            return;
        }
        let weight = self.weight + other.weight;
        let share = other.weight / weight;
        let distance = (other.origin - self.origin) + (other.mean - self.mean);
        self.mean += distance * share;
        self.squares += other.squares + distance * distance * self.weight * share;
        self.weight = weight;
    }

    pub(super) fn persist(&mut self, name: &str, fields: &mut Fields<'_>) {
        let mut numbers = [self.weight, self.origin, self.mean, self.squares];
        fields.field(name, &mut numbers);
        let [weight, origin, mean, squares] = numbers;
        *self = Self {
            weight,
            origin,
            mean,
            squares,
        };
    }

    /// Returns the sum of `weight × (value − mean)²`.
    pub(super) fn squares(self) -> f64 {
        self.squares
    }
}
