//! The list of all registered callbacks.

use super::Registration;
use std::fmt;
use std::ops::Deref;

/// Every registered callback of the program, sorted by weight, module path, line, column and type, because `inventory` guarantees no order.
///
/// The text lists those of the program first, and the ready-made ones of libraries, such as the shelf, apart:
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Log;
///
/// #[callback]
/// impl Log {
///     fn on_epoch_end(&self) {}
/// }
///
/// let text = callbacks::registrations().to_string();
/// let [log, ready_made] = ["Log for Fit", "ready-made"].map(|text_of| text.find(text_of).unwrap());
/// assert!(log < ready_made && ready_made < text.find("Recorder for Fit").unwrap());
/// ```
#[derive(Debug, Clone)]
pub struct Registrations(Vec<&'static Registration>);

/// Returns every registered callback.
///
/// ```
/// let registered = callbacks::registrations();
/// assert!(registered.is_sorted_by_key(|registration| registration.weight()));
/// ```
pub fn registrations() -> Registrations {
    let mut all: Vec<_> = inventory::iter::<Registration>.into_iter().collect();
    all.sort_by(|first, second| {
        // A weight that is NaN does not compile. The sum makes 0 of -0.
        (first.weight() + 0.0)
            .total_cmp(&(second.weight() + 0.0))
            .then_with(|| first.source_order().cmp(&second.source_order()))
    });
    Registrations(all)
}

impl Deref for Registrations {
    type Target = [&'static Registration];

    fn deref(&self) -> &[&'static Registration] {
        &self.0
    }
}

impl IntoIterator for Registrations {
    type Item = &'static Registration;
    type IntoIter = std::vec::IntoIter<&'static Registration>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Registrations {
    type Item = &'a &'static Registration;
    type IntoIter = std::slice::Iter<'a, &'static Registration>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for Registrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ready_made, own): (Vec<_>, Vec<_>) = self.iter().partition(|one| one.is_ready_made());
        write_section(f, "registered", &own)?;
        if !own.is_empty() && !ready_made.is_empty() {
            f.write_str("\n")?;
        }
        write_section(f, "ready-made", &ready_made)
    }
}

/// Writes a title and its registrations; nothing if there are none.
fn write_section(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    registrations: &[&&'static Registration],
) -> fmt::Result {
    if registrations.is_empty() {
        return Ok(());
    }
    write!(f, "{title}")?;
    for registration in registrations {
        write!(f, "\n  {registration}")?;
    }
    Ok(())
}
