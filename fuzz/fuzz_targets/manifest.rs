//! Any bytes as a manifest: as they are, and after a CRC-32 that is right.
#![no_main]

use callbacks_fuzz::{read, with_crc};
use libfuzzer_sys::fuzz_target;

/// A file without tensors.
const NO_TENSORS: &[u8] = b"\x08\0\0\0\0\0\0\0{}      ";

fuzz_target!(|bytes: &[u8]| {
    let _ = read(bytes.to_vec(), NO_TENSORS.to_vec());
    let read_of = || read(with_crc(bytes), NO_TENSORS.to_vec());
    if let (Ok(one), Ok(two)) = (read_of(), read_of()) {
        // NaN does not equal itself, and its text does.
        assert_eq!(format!("{one:?}"), format!("{two:?}"));
    }
});
