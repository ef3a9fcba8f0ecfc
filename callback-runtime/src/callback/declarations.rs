//! What a callback declares of its settings, of the breakpoints that it needs, and of the names in the record that it writes and reads.

use super::{CallbackInfo, Claim, ProducedName};
use crate::loops::{At, BreakpointId, Loop, LoopInfo};
use crate::persist::{CallbackPersistence, SavedRunReceiver};
use std::borrow::Cow;
use std::fmt;

/// What an instance of a callback declares beside its order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declarations {
    /// The text of each invalid setting.
    pub(crate) invalid: Vec<String>,
    /// The names of the values that the callback puts into the record.
    pub(crate) produces: Vec<ProducedName>,
    /// The names of the numbers that the callback reads from the record.
    pub(crate) monitors: Vec<Cow<'static, str>>,
    /// What a saved run has of the callback.
    pub(crate) persist: CallbackPersistence,
    /// What the callback does with saved runs.
    pub(crate) receives: Option<SavedRunReceiver>,
    /// The breakpoints without which the callback has no effect.
    pub(crate) needs: Vec<(&'static LoopInfo, BreakpointId)>,
    /// The names of what the loop has, each with its kind.
    pub(crate) refers_to: Vec<(&'static str, Cow<'static, str>)>,
    /// What the callback does alone.
    pub(crate) claims: Vec<Claim>,
    /// What no callback may claim beside this one.
    pub(crate) excludes: Vec<Claim>,
}

impl Declarations {
    const fn none() -> Self {
        Self {
            invalid: Vec::new(),
            produces: Vec::new(),
            monitors: Vec::new(),
            persist: CallbackPersistence::NOTHING,
            receives: None,
            needs: Vec::new(),
            refers_to: Vec::new(),
            claims: Vec::new(),
            excludes: Vec::new(),
        }
    }
}

/// What a callback declares of its settings and of the record. `declare = Self::declare` on the attribute adds it for each instance.
impl CallbackInfo {
    /// Requires that a setting is valid. Otherwise the plan has a problem before anything runs: the name of the setting, its value and the
    /// remedy.
    ///
    /// ```
    /// use callbacks::CallbackInfo;
    /// use callbacks::prelude::*;
    ///
    /// struct Decay {
    ///     factor: f64,
    /// }
    ///
    /// impl Decay {
    ///     fn declare(&self, info: CallbackInfo) -> CallbackInfo {
    ///         info.valid_if(self.factor > 0.0, "factor", self.factor, "give a positive one")
    ///     }
    /// }
    ///
    /// #[callback(register = false, declare = Self::declare)]
    /// impl Decay {
    ///     fn on_epoch_end(&self, rate: &mut LearningRate) {
    ///         rate.scale(self.factor);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Decay { factor: 0.0 });
    /// let error = plan.check(&State::new()).unwrap_err();
    /// assert!(error.to_string().contains("has a `factor` of 0"));
    /// ```
    pub fn valid_if(
        self,
        is_valid: bool,
        name: &str,
        value: impl fmt::Display,
        remedy: &str,
    ) -> Self {
        if is_valid {
            return self;
        }
        let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        self.problem(format!("has {article} `{name}` of {value}; {remedy}"))
    }

    /// Reports another problem of the settings, with what to write instead.
    ///
    /// ```
    /// # use callbacks::CallbackInfo;
    /// # struct Watch { names: Vec<String> }
    /// # impl Watch {
    /// fn declare(&self, info: CallbackInfo) -> CallbackInfo {
    ///     match self.names[..] {
    ///         [] => info.problem("watches nothing; give it a name"),
    ///         _ => info,
    ///     }
    /// }
    /// # }
    /// ```
    pub fn problem(mut self, text: impl Into<String>) -> Self {
        self.declare().invalid.push(text.into());
        self
    }

    /// Declares that the callback puts a value of this name into the [`Record`](crate::Record), like `produces("accuracy")` on the
    /// attribute. A callback that [monitors](Self::monitors) the name waits for the value if a round does not have it. A [`ProducedName`] can
    /// say more, such as where the value is put there.
    ///
    /// ```
    /// # use callbacks::CallbackInfo;
    /// # struct Accuracy { phase: &'static str }
    /// # impl Accuracy {
    /// fn declare(&self, info: CallbackInfo) -> CallbackInfo {
    ///     info.produces(format!("{}_accuracy", self.phase))
    /// }
    /// # }
    /// ```
    pub fn produces(mut self, name: impl Into<ProducedName>) -> Self {
        self.declare().produces.push(name.into());
        self
    }

    /// Declares that the callback has no effect, or a wrong one, in a run that does not fire the breakpoint `at`, such as a fit whose learner
    /// has a step of its own. The plan of such a run has a problem. A run of another kind, which does not open the outermost scope around `at`,
    /// has none: an evaluation has no training batch, and nothing that needs one.
    ///
    /// ```
    /// use callbacks::CallbackInfo;
    /// use callbacks::prelude::*;
    ///
    /// struct Slope(f64);
    /// struct Flip;
    ///
    /// impl Flip {
    ///     fn declare(&self, info: CallbackInfo) -> CallbackInfo {
    ///         info.needs(Fit::on_train_batch_before_step)
    ///     }
    /// }
    ///
    /// #[callback(register = false, declare = Self::declare)]
    /// impl Flip {
    ///     fn on_train_batch_before_step(&self, slope: &mut Slope) {
    ///         slope.0 = -slope.0;
    ///     }
    /// }
    ///
    /// // The loop of this session does not say that it fires the breakpoint.
    /// let error = Fit::session(1).callback(Flip).start().unwrap_err();
    /// assert!(error.to_string().contains("`.fires(Fit::on_train_batch_before_step)`"), "{error}");
    /// ```
    pub fn needs<L: Loop, A>(mut self, at: At<L, A>) -> Self {
        self.declare().needs.push((LoopInfo::of::<L>(), at.id()));
        self
    }

    /// Declares that the callback reads a number of this name from the [`Record`](crate::Record). The plan has a problem if neither the loop
    /// nor a callback can put it there. A loop declares the names that it records
    /// ([`Availability::records`](crate::Availability::records)), and a callback those that it [produces](Self::produces). If the loop, or
    /// a callback that can write the record, declares none, it may record any name; then a doubtful name is a note.
    ///
    /// ```
    /// # use callbacks::CallbackInfo;
    /// # struct Stopper { monitor: String }
    /// # impl Stopper {
    /// fn declare(&self, info: CallbackInfo) -> CallbackInfo {
    ///     info.monitors(self.monitor.clone())
    /// }
    /// # }
    /// ```
    pub fn monitors(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.declare().monitors.push(name.into());
        self
    }

    /// Declares that a setting names something that the loop has, such as the `"optimiser"` of this name. The plan has a problem, with the
    /// nearest name, if the loop [knows](crate::Availability::knows) others and not this one.
    ///
    /// ```
    /// # use callbacks::CallbackInfo;
    /// # let info = CallbackInfo::of::<String>();
    /// info.refers_to("optimiser", "critic");
    /// ```
    pub fn refers_to(mut self, kind: &'static str, name: impl Into<Cow<'static, str>>) -> Self {
        self.declare().refers_to.push((kind, name.into()));
        self
    }

    /// Declares what no other callback of the plan may do. A second callback that claims the same is a problem of the plan.
    ///
    /// ```
    /// # use callbacks::{CallbackInfo, Claim};
    /// # struct Accuracy { name: &'static str }
    /// # impl Accuracy {
    /// fn declare(&self, info: CallbackInfo) -> CallbackInfo {
    ///     info.claims(Claim::new(format!("records `{}`", self.name), "give one of them another name"))
    /// }
    /// # }
    /// ```
    pub fn claims(mut self, claim: Claim) -> Self {
        self.declare().claims.push(claim);
        self
    }

    /// Declares that the callback is of no use beside one that [claims](Self::claims) this: then the plan has a problem, with the remedy of
    /// this claim.
    ///
    /// ```
    /// # use callbacks::{CallbackInfo, Claim};
    /// # let info = CallbackInfo::of::<String>();
    /// info.excludes(Claim::new("sets the temperature", "end it where this one begins"));
    /// ```
    pub fn excludes(mut self, claim: Claim) -> Self {
        self.declare().excludes.push(claim);
        self
    }

    pub(crate) fn declarations(&self) -> &Declarations {
        static NONE: Declarations = Declarations::none();
        self.declarations.as_deref().unwrap_or(&NONE)
    }

    pub(crate) fn declare(&mut self) -> &mut Declarations {
        self.declarations.get_or_insert_default()
    }
}
