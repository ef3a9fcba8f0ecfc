//! Settings that cannot be: refused when a run begins, before anything has happened.

use std::fmt;

/// Settings of a callback of the shelf that cannot be, all of them together: why it was not entered, and so the cause of the run's
/// failure, in which nothing has run.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{EarlyStopping, InvalidSettings};
/// use std::error::Error;
/// # use doc_models::Well;
///
/// let stopping = EarlyStopping::minimize("energy").min_delta(-0.1);
/// let mut driver = VariationalDriver::new(Well::default()).callback(stopping);
/// let outcome = driver.run(100)?;
/// let why = outcome.failed().and_then(Error::source).and_then(|cause| cause.downcast_ref::<InvalidSettings>()).unwrap();
/// assert_eq!(why.to_string(), "EarlyStopping has a `min_delta` of -0.1; give one that is finite and not negative");
/// assert_eq!((why.settings()[0].name, driver.step().get()), ("min_delta", 0));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSettings {
    callback: &'static str,
    settings: Vec<InvalidSetting>,
}

/// A setting that cannot be. [`InvalidSettings`] has those of a callback.
///
/// ```
/// use callbacks::shelf::InvalidSetting;
///
/// fn advice(wrong: &[InvalidSetting]) -> Vec<String> {
///     wrong.iter().map(|setting| format!("{}: {}", setting.name, setting.remedy)).collect()
/// }
/// # assert!(advice(&[]).is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSetting {
    /// Which one.
    pub name: &'static str,
    /// What it was set to.
    pub value: String,
    /// What to write instead.
    pub remedy: &'static str,
}

impl InvalidSettings {
    /// Whose settings they are.
    ///
    /// ```
    /// use callbacks::shelf::InvalidSettings;
    ///
    /// fn is_of_saving(why: &InvalidSettings) -> bool {
    ///     why.callback() == "SaveState"
    /// }
    /// # let _ = is_of_saving;
    /// ```
    pub const fn callback(&self) -> &'static str {
        self.callback
    }

    /// Each of them.
    ///
    /// ```
    /// use callbacks::shelf::InvalidSettings;
    ///
    /// fn names(why: &InvalidSettings) -> Vec<&str> {
    ///     why.settings().iter().map(|setting| setting.name).collect()
    /// }
    /// # let _ = names;
    /// ```
    pub fn settings(&self) -> &[InvalidSetting] {
        &self.settings
    }
}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has ", self.callback)?;
        for (at, setting) in self.settings.iter().enumerate() {
            let InvalidSetting {
                name,
                value,
                remedy,
            } = setting;
            let and = if at == 0 { "" } else { "; and " };
            let a = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
                "an"
            } else {
                "a"
            };
            write!(f, "{and}{a} `{name}` of {value}; {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidSettings {}

/// Gathers what is wrong with a callback's settings.
pub(super) struct Settings(InvalidSettings);

impl Settings {
    pub(super) const fn of(callback: &'static str) -> Self {
        let settings = Vec::new();
        Self(InvalidSettings { callback, settings })
    }

    /// Reports a setting that is not as it should be, with what to write instead.
    pub(super) fn expect(
        mut self,
        is_right: bool,
        name: &'static str,
        value: impl fmt::Display,
        remedy: &'static str,
    ) -> Self {
        if !is_right {
            let value = value.to_string();
            self.0.settings.push(InvalidSetting {
                name,
                value,
                remedy,
            });
        }
        self
    }

    pub(super) fn done(self) -> Result<(), InvalidSettings> {
        if self.0.settings.is_empty() {
            return Ok(());
        }
        Err(self.0)
    }
}
