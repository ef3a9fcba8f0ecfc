//! File systems that cannot make a file or a folder durable.

use std::io;

/// Some file systems keep nothing for longer than a process.
pub(crate) fn ignore_unsupported(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}
