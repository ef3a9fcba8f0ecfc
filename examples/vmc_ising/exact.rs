//! The ground state by exact diagonalisation, to compare with.

use super::hamiltonian::IsingChain;
use super::spins::Spins;
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// The lowest eigenvalue and its eigenvector.
pub struct GroundState {
    /// The energy of the whole chain.
    pub energy: f64,
    /// One amplitude for each configuration.
    amplitudes: DVector<f64>,
}

/// The residual at which an eigenvector is one.
const TOLERANCE: f64 = 1e-9;
/// More steps than a gapped chain of this size takes.
const MOST_STEPS: usize = 200;

impl GroundState {
    /// The Lanczos method, from the sum of all configurations: the ground state of this chain has no node, so that no other
    /// start is surer to overlap with it. Each new vector is made orthogonal to all before it, which keeps copies of the lowest
    /// eigenvalue away.
    pub fn of(chain: &IsingChain) -> Self {
        let size = 1 << chain.spins;
        let mut basis = vec![DVector::from_element(size, 1.0).normalize()];
        let mut diagonal = Vec::new();
        let mut beside: Vec<f64> = Vec::new();
        loop {
            let last = &basis[basis.len() - 1];
            let mut next = DVector::from_vec(chain.apply(last.as_slice()));
            diagonal.push(next.dot(last));
            for vector in basis.iter().chain(&basis) {
                next.axpy(-next.dot(vector), vector, 1.0);
            }
            let (energy, weights) = lowest(&diagonal, &beside);
            let residual = next.norm() * weights[weights.len() - 1].abs();
            if residual < TOLERANCE || basis.len() == MOST_STEPS {
                let amplitudes = DMatrix::from_columns(&basis) * weights;
                return Self { energy, amplitudes };
            }
            beside.push(next.norm());
            basis.push(next.normalize());
        }
    }

    /// The mean of what has a value in each configuration.
    pub fn mean(&self, of: impl Fn(Spins) -> f64) -> f64 {
        let spins = self.amplitudes.len().ilog2();
        let terms = Spins::all(spins).zip(&self.amplitudes);
        terms
            .map(|(spins, amplitude)| amplitude.powi(2) * of(spins))
            .sum()
    }
}

/// The lowest eigenvalue of a tridiagonal matrix and its eigenvector.
fn lowest(diagonal: &[f64], beside: &[f64]) -> (f64, DVector<f64>) {
    let mut matrix = DMatrix::from_diagonal(&DVector::from_column_slice(diagonal));
    for (at, value) in beside.iter().enumerate() {
        matrix[(at, at + 1)] = *value;
        matrix[(at + 1, at)] = *value;
    }
    let eigen = SymmetricEigen::new(matrix);
    let (at, energy) = eigen.eigenvalues.argmin();
    (energy, eigen.eigenvectors.column(at).into_owned())
}
