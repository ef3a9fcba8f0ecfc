//! A configuration of the chain: which spins point up, which down.

/// Spins on a ring, one bit each, set where the spin points up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spins {
    bits: u32,
    count: u32,
}

impl Spins {
    /// The configuration that these bits are, which is also its place in a vector of all `2^count` of them.
    pub fn new(bits: u32, count: u32) -> Self {
        let used = 1_u32.checked_shl(count).map_or(u32::MAX, |end| end - 1);
        Self {
            bits: bits & used,
            count,
        }
    }

    /// Every spin up or down by a toss.
    pub fn random(count: u32, rng: &mut fastrand::Rng) -> Self {
        Self::new(rng.u32(..), count)
    }

    /// All configurations of so many spins, each at its place.
    pub fn all(count: u32) -> impl Iterator<Item = Self> {
        (0..1 << count).map(move |bits| Self::new(bits, count))
    }

    /// Its place among all configurations.
    pub fn bits(self) -> u32 {
        self.bits
    }

    /// How many spins there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// 1 where the spin points up, -1 where it points down.
    pub fn at(self, location: u32) -> f64 {
        f64::from(self.bits >> location & 1).mul_add(2.0, -1.0)
    }

    /// The same with one spin turned over.
    pub fn flipped(self, location: u32) -> Self {
        Self::new(self.bits ^ 1 << location, self.count)
    }

    /// The sum over neighbours of the products of their spins.
    pub fn alignment(self) -> f64 {
        let shifted = self.bits >> 1 | (self.bits & 1) << (self.count - 1);
        let unlike = (self.bits ^ shifted).count_ones();
        f64::from(self.count) - 2.0 * f64::from(unlike)
    }

    /// The mean of all spins.
    pub fn magnetisation(self) -> f64 {
        2.0 * f64::from(self.bits.count_ones()) / f64::from(self.count) - 1.0
    }
}
