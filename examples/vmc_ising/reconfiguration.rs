//! Stochastic reconfiguration: the step in the weights that comes nearest to a step in imaginary time.
//!
//! S. Sorella, Phys. Rev. B 71, 241103 (2005): solve `(S + ε) δ = F`, where `S` is the covariance of the logarithmic derivatives
//! and `F` is their covariance with the local energy.

use nalgebra::{Cholesky, DMatrix, DVector};

/// The direction `δ`, from one column of derivatives and one energy for each sample; nothing where the samples are such that there
/// is none, as with an energy that is not finite.
pub fn direction(
    mut derivatives: DMatrix<f64>,
    energies: &DVector<f64>,
    shift: f64,
) -> Option<DVector<f64>> {
    let share = 1.0 / energies.map(|_| 1.0).sum();
    for mut row in derivatives.row_iter_mut() {
        row.add_scalar_mut(-row.mean());
    }
    // What has no mean does not see that of the energies.
    let force = &derivatives * energies * share;
    let shift = DMatrix::from_diagonal_element(force.len(), force.len(), shift);
    let metric = &derivatives * derivatives.transpose() * share + shift;
    let direction = Cholesky::new(metric)?.solve(&force);
    direction.iter().all(|x| x.is_finite()).then_some(direction)
}
