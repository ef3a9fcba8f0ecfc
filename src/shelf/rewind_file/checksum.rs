//! A checksum of what was written so far, for files that go back.

use std::io::{self, Read};

/// The length and the CRC-32 of bytes, as zip and Python's `zlib.crc32` compute it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Checksum {
    pub(super) length: u64,
    /// The register of the CRC, which is inverted at the end.
    register: u32,
    /// The last byte; `None` if there is none.
    pub(super) last: Option<u8>,
}

/// The remainders of all bytes.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    let mut number = 0;
    while byte < table.len() {
        let mut remainder: u32 = number;
        let mut bit = 0;
        while bit < 8 {
            let is_odd = remainder & 1 == 1;
            remainder >>= 1;
            if is_odd {
                remainder ^= 0xedb8_8320;
            }
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
        number += 1;
    }
    table
};

impl Checksum {
    /// The checksum of no bytes.
    pub(super) const EMPTY: Self = Self {
        length: 0,
        register: !0,
        last: None,
    };

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.last = bytes.last().copied().or(self.last);
        self.register = bytes.iter().fold(self.register, |register, byte| {
            let [low, ..] = register.to_le_bytes();
            (register >> 8) ^ TABLE[usize::from(low ^ byte)]
        });
    }

    /// Reads to the end.
    pub(super) fn of(from: &mut dyn Read) -> io::Result<Self> {
        let mut checksum = Self::EMPTY;
        let mut block = vec![0; 1 << 16];
        loop {
            match from.read(&mut block) {
                Ok(0) => return Ok(checksum),
                Ok(count) => checksum.add(&block[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) const fn crc32(self) -> u32 {
        !self.register
    }
}

#[cfg(test)]
mod tests {
    use super::Checksum;

    #[test]
    fn the_checksum_is_that_of_the_catalogue() {
        assert_eq!(Checksum::EMPTY.crc32(), 0);
        let mut checksum = Checksum::EMPTY;
        checksum.add(b"1234");
        checksum.add(b"56789");
        let whole = Checksum::of(&mut &b"123456789"[..]).unwrap();
        assert_eq!((checksum.crc32(), checksum.length), (0xcbf4_3926, 9));
        assert_eq!(whole, checksum);
    }
}
