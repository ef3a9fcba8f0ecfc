//! What a mean over Markov chains is worth: its error, corrected for autocorrelation, and whether the chains agree.

/// A mean over several chains of equal length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The variance of a single value.
    pub variance: f64,
    /// The standard error of the mean: `√(2 τ variance / values)`.
    pub error: f64,
    /// `τ`, the integrated autocorrelation time: a half where values are independent of each other.
    pub autocorrelation: f64,
    /// The split `R̂`, by which halves of chains differ more from each other than they should: 1 where they agree.
    pub r_hat: f64,
}

impl Estimate {
    /// Of values which each chain has in the order it drew them.
    pub fn of(chains: &[Vec<f64>]) -> Self {
        let (mean, variance) = moments(chains.iter().flatten().copied());
        let values: u32 = chains.iter().map(|chain| length(chain)).sum();
        let autocorrelation = autocorrelation(chains, mean, variance);
        Self {
            mean,
            variance,
            error: (2.0 * autocorrelation * variance / f64::from(values)).sqrt(),
            autocorrelation,
            r_hat: split_r_hat(chains),
        }
    }
}

fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().map(|_| 1.0).sum::<f64>();
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (mean, variance)
}

fn length(chain: &[f64]) -> u32 {
    u32::try_from(chain.len()).unwrap_or(u32::MAX)
}

/// `1/2 + Σ ρ(t)`, summed up to the first `t` that is at least five times the sum so far: A. Sokal, Monte Carlo Methods in
/// Statistical Mechanics (Cargèse lectures, 1996), section 3. Further terms would add noise, but nothing else.
fn autocorrelation(chains: &[Vec<f64>], mean: f64, variance: f64) -> f64 {
    let longest = chains.iter().map(Vec::len).max().unwrap_or(0);
    let mut time = 0.5;
    let mut on_background = 0.0;
    for apart in 1..longest {
        if on_background >= 5.0 * time || variance <= 0.0 {
            break;
        }
        on_background += 1.0;
        time += covariance(chains, mean, apart) / variance;
    }
    time.max(0.5)
}

fn covariance(chains: &[Vec<f64>], mean: f64, apart: usize) -> f64 {
    let pairs = chains
        .iter()
        .flat_map(|chain| chain.iter().zip(chain.iter().skip(apart)));
    moments(pairs.map(|(a, b)| (a - mean) * (b - mean))).0
}

/// `√((n - 1)/n + B/W)` over the halves of the chains, of `n` values each, with `B` the variance between their means and `W` that
/// within them: A. Gelman and others, Bayesian Data Analysis (3rd edition, 2013), section 11.4.
fn split_r_hat(chains: &[Vec<f64>]) -> f64 {
    let half = |chain: &Vec<f64>| (chain.len() / 2).max(1);
    let halves = chains
        .iter()
        .flat_map(|chain| chain.chunks_exact(half(chain)).take(2));
    let each: Vec<(f64, f64)> = halves.map(|half| spread(half.iter().copied())).collect();
    let shortest = chains
        .iter()
        .map(|chain| length(chain) / 2)
        .min()
        .unwrap_or(0);
    let (within, _) = spread(each.iter().map(|(_, variance)| *variance));
    let (_, between) = spread(each.iter().map(|(mean, _)| *mean));
    if within > 0.0 {
        (1.0 - 1.0 / f64::from(shortest) + between / within).sqrt()
    } else {
        1.0
    }
}

/// The mean, and the variance as it is estimated from a sample.
fn spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count: f64 = values.clone().map(|_| 1.0).sum();
    let (mean, variance) = moments(values);
    (mean, variance * count / (count - 1.0))
}
