//! Numbers of 32 bits as numbers of 64 bits and back, with the bits of a NaN: a conversion by `as` or `into` may change them.

/// The bits of the exponent of a NaN.
const EXPONENT_64: u64 = 0x7ff << 52;
const EXPONENT_32: u32 = 0xff << 23;
/// How many more bits the fraction of 64 bits has.
const MORE: u32 = 52 - 23;

pub(super) fn widen(value: f32) -> f64 {
    if !value.is_nan() {
        return value.into();
    }
    let bits = u64::from(value.to_bits());
    let (sign, fraction) = (bits >> 31 << 63, bits & 0x7f_ffff);
    f64::from_bits(sign | EXPONENT_64 | fraction << MORE)
}

/// Returns the number of 32 bits that was widened to this NaN; `None` if it is no NaN, or none that 32 bits have.
pub(super) fn narrow_nan(value: f64) -> Option<f32> {
    let bits = value.to_bits();
    let sign = u32::from(value.is_sign_negative()) << 31;
    let fraction = u32::try_from(bits >> MORE & 0x7f_ffff).ok()?;
    let narrow = f32::from_bits(sign | EXPONENT_32 | fraction);
    (value.is_nan() && widen(narrow).to_bits() == bits && narrow.is_nan()).then_some(narrow)
}
