//! Parameters that can be written and read, for checkpoints.

use std::io::{self, Read, Write};

/// A learner whose parameters can be saved and loaded without loss: for checkpoints.
///
/// ```
/// use callbacks::fit::SaveParameters;
/// use std::io::{self, Read, Write};
///
/// struct Line {
///     slope: f64,
/// }
///
/// impl SaveParameters for Line {
///     fn save(&self, to: &mut dyn Write) -> io::Result<()> {
///         to.write_all(&self.slope.to_le_bytes())
///     }
///
///     fn load(&mut self, from: &mut dyn Read) -> io::Result<()> {
///         let mut bytes = [0; 8];
///         from.read_exact(&mut bytes)?;
///         self.slope = f64::from_le_bytes(bytes);
///         Ok(())
///     }
/// }
///
/// let mut file = Vec::new();
/// Line { slope: 2.0 }.save(&mut file)?;
/// let mut line = Line { slope: 0.0 };
/// line.load(&mut file.as_slice())?;
/// assert_eq!(line.slope, 2.0);
/// # Ok::<(), io::Error>(())
/// ```
pub trait SaveParameters {
    /// Writes the parameters and the state of the optimisers.
    fn save(&self, to: &mut dyn Write) -> io::Result<()>;
    /// Reads what [`save`](Self::save) has written.
    fn load(&mut self, from: &mut dyn Read) -> io::Result<()>;
}
