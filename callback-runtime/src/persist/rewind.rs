//! Sinks that go back: a restored run continues what it writes along the way at the position of the saved run.

use super::{Savable, SinkSync};
use crate::outcome::BoxError;
use std::io::{self, BufWriter, Write};

/// What a run writes along the way, such as the rows of a file, and that can go back to an earlier position. A restored run goes back to the
/// position of the saved run, so that no row stands twice and none is missing.
///
/// A callback names its sink with [`Fields::rewind`](super::Fields::rewind), in the function that names its fields. `RewindFile`, in the
/// shelf, is a file with this trait.
///
/// ```
/// use callbacks::BoxError;
/// use callbacks::persist::{Fields, Rewind};
/// use callbacks::prelude::*;
///
/// /// The places of a particle, one after the other.
/// #[derive(Default)]
/// struct Places(Vec<f64>);
///
/// impl Rewind for Places {
///     type Position = usize;
///
///     fn position(&mut self) -> Result<usize, BoxError> {
///         Ok(self.0.len())
///     }
///
///     fn check(&mut self, to: Option<&usize>) -> Result<(), BoxError> {
///         let (found, written) = (self.0.len(), to.copied().unwrap_or(0));
///         if found < written {
///             return Err(format!("there are {found} places, and the saved run had written {written}").into());
///         }
///         Ok(())
///     }
///
///     fn rewind(&mut self, to: usize) -> Result<(), BoxError> {
///         self.0.truncate(to);
///         Ok(())
///     }
/// }
///
/// #[derive(Default)]
/// struct WritePlaces {
///     places: Places,
/// }
///
/// impl WritePlaces {
///     fn persist(&mut self, fields: &mut Fields<'_>) {
///         fields.rewind("places", &mut self.places);
///     }
/// }
///
/// #[callback(Driver, register = false, persist = Self::persist)]
/// impl WritePlaces {
///     fn on_step_end(&mut self, record: &Record) {
///         self.places.0.extend(record.get("place"));
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot go back to a position",
    label = "this does not implement `Rewind`",
    note = "write into a `callbacks::shelf::RewindFile`, or implement `callbacks::persist::Rewind` for `{Self}`"
)]
pub trait Rewind {
    /// A place in what is written, such as a number of bytes. It is saved with the run.
    type Position: Savable;

    /// Hands everything that was written to the operating system, and returns the position after it. An error fails the saving.
    fn position(&mut self) -> Result<Self::Position, BoxError>;

    /// Returns what makes durable all that is before the [position](Self::position) that was just returned. A checkpoint calls it before it is
    /// durable itself, so that a failure of power takes only what the run that continues it writes again. Nothing without this function.
    fn sync_later(&mut self) -> Result<Option<SinkSync>, BoxError> {
        Ok(None)
    }

    /// Returns an error if what is there cannot go back to the position, such as a file that is shorter or that another run has written. It
    /// gets `None` if the saved run has no position of the sink, or is restored in part and without it, so that the sink does not replace what the saved run may have written
    /// under another name. Changes nothing. A run calls this of all sinks before it changes one of them.
    fn check(&mut self, to: Option<&Self::Position>) -> Result<(), BoxError> {
        let _ = to;
        Ok(())
    }

    /// Goes back: removes what was written after the position, and continues there.
    fn rewind(&mut self, to: Self::Position) -> Result<(), BoxError>;

    /// Returns what the [report](super::Restored::remarks) of the restored run says of the sink, such as that it writes into another file;
    /// nothing without this function.
    fn remark(&mut self) -> Option<String> {
        None
    }
}

/// The buffer is flushed before the position is read. What is written before the run is restored cannot be taken back.
impl<W: Rewind + Write> Rewind for BufWriter<W> {
    type Position = W::Position;

    fn position(&mut self) -> Result<Self::Position, BoxError> {
        self.flush()?;
        self.get_mut().position()
    }

    fn sync_later(&mut self) -> Result<Option<SinkSync>, BoxError> {
        self.get_mut().sync_later()
    }

    fn check(&mut self, to: Option<&Self::Position>) -> Result<(), BoxError> {
        if !self.buffer().is_empty() {
            return Err(Box::new(io::Error::other(WRITTEN_TOO_EARLY)));
        }
        self.get_mut().check(to)
    }

    fn rewind(&mut self, to: Self::Position) -> Result<(), BoxError> {
        self.get_mut().rewind(to)
    }

    fn remark(&mut self) -> Option<String> {
        self.get_mut().remark()
    }
}

/// What a buffer reports that is not empty when a run is restored.
const WRITTEN_TOO_EARLY: &str = "its buffer was written to before the run was restored, which is after all `on_enter`; \
     write the first line where the first row is written, and flush at `on_exit`";
