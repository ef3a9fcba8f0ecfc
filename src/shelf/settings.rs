//! Invalid settings, which are refused when a run begins.

use std::fmt;

/// The cause of a run's failure if a callback of the shelf has invalid settings: all of them together. The run fails at its start, before
/// its first epoch or step.
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
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidSettings {
    callback: &'static str,
    settings: Vec<InvalidSetting>,
}

/// An invalid setting. [`InvalidSettings`] has those of a callback.
///
/// ```
/// use callbacks::shelf::InvalidSetting;
///
/// fn advice(settings: &[InvalidSetting]) -> Vec<String> {
///     settings.iter().map(|setting| format!("{}: {}", setting.name, setting.remedy)).collect()
/// }
/// # assert!(advice(&[]).is_empty());
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSetting {
    /// The name of the setting.
    pub name: &'static str,
    /// The invalid value.
    pub value: String,
    /// What to write instead.
    pub remedy: &'static str,
}

impl InvalidSettings {
    /// Returns the name of the callback's type.
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

    /// Returns the invalid settings.
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
        for (index, setting) in self.settings.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; and " };
            write!(f, "{separator}{setting}")?;
        }
        Ok(())
    }
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            value,
            remedy,
        } = self;
        let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        write!(f, "{article} `{name}` of {value}; {remedy}")
    }
}

callback_runtime::debug_as_display!(InvalidSetting, InvalidSettings);

impl std::error::Error for InvalidSettings {}

/// Collects the invalid settings of a callback.
pub(super) struct SettingsCheck(InvalidSettings);

impl SettingsCheck {
    pub(super) const fn new(callback: &'static str) -> Self {
        let settings = Vec::new();
        Self(InvalidSettings { callback, settings })
    }

    /// Adds the setting, with the remedy, if it is not valid.
    pub(super) fn require(
        mut self,
        is_valid: bool,
        name: &'static str,
        value: impl fmt::Display,
        remedy: &'static str,
    ) -> Self {
        if !is_valid {
            let value = value.to_string();
            self.0.settings.push(InvalidSetting {
                name,
                value,
                remedy,
            });
        }
        self
    }

    /// Returns the invalid settings as an error, if there are any.
    pub(super) fn finish(self) -> Result<(), InvalidSettings> {
        if self.0.settings.is_empty() {
            return Ok(());
        }
        Err(self.0)
    }
}
