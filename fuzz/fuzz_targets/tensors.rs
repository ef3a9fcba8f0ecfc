//! Any bytes as the tensors of a manifest that fits them.
#![no_main]

use callbacks_fuzz::{read, with_crc};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let body = include_str!("../seeds/manifest/one");
    let crc = format!("{:08x}", crc32fast::hash(bytes));
    let body = body.replace("\"size\": 16", &format!("\"size\": {}", bytes.len()));
    let body = body.replace("\"crc32\": \"13d52fb1\"", &format!("\"crc32\": \"{crc}\""));
    let _ = read(with_crc(body.as_bytes()), bytes.to_vec());
});
