//! The error of one tensor, with the path to it.

use super::fields::join;
use callback_runtime::BoxError;
use std::error::Error;
use std::fmt;

/// What is wrong with a tensor: `` `layers.0.bias`: 1 elements cannot … ``.
struct TensorError {
    /// The path to the tensor, as far as it is known.
    name: String,
    cause: BoxError,
}

/// Adds the name of a field to the path in an error.
pub(crate) fn below(name: &str, error: BoxError) -> BoxError {
    let error = match error.downcast::<TensorError>() {
        Ok(inner) => TensorError {
            name: join(name, &inner.name),
            cause: inner.cause,
        },
        Err(cause) => TensorError {
            name: name.to_owned(),
            cause,
        },
    };
    Box::new(error)
}

impl fmt::Display for TensorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.name, self.cause)
    }
}

impl Error for TensorError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.source()
    }
}

callback_runtime::debug_as_display!(TensorError);
