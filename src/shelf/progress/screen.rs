//! The place where progress is shown: a terminal with a bar, or a file with lines.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;

/// The place where a progress and its printers print.
pub(super) struct Screen {
    output: Output,
    /// The number of closures for which the bar is hidden.
    suspended: usize,
}

enum Output {
    Live {
        terminal: MultiProgress,
        bar: Option<ProgressBar>,
    },
    Lines(Box<dyn Write + Send>),
}

/// The content of the bar.
pub(super) struct View<'v> {
    pub(super) name: &'v str,
    pub(super) position: u64,
    /// `None` for a spinner.
    pub(super) total: Option<u64>,
    pub(super) text: String,
}

impl Screen {
    pub(super) fn live(target: ProgressDrawTarget) -> Self {
        Self::new(Output::Live {
            terminal: MultiProgress::with_draw_target(target),
            bar: None,
        })
    }

    pub(super) fn lines(to: impl Write + Send + 'static) -> Self {
        Self::new(Output::Lines(Box::new(to)))
    }

    fn new(output: Output) -> Self {
        Self {
            output,
            suspended: 0,
        }
    }

    /// Whether there is a visible bar.
    pub(super) fn has_bar(&self) -> bool {
        matches!(&self.output, Output::Live { terminal, .. } if !terminal.is_hidden())
    }

    pub(super) fn draw(&mut self, view: View<'_>) {
        let Output::Live { terminal, bar } = &mut self.output else {
            return;
        };
        if self.suspended > 0 {
            return;
        }
        let bar = bar.get_or_insert_with(|| terminal.add(ProgressBar::no_length()));
        bar.set_style(style(view.total.is_some()));
        // These calls draw nothing. The update draws once.
        let bar = bar.clone().with_prefix(view.name.to_owned());
        let bar = bar.with_message(view.text).with_position(view.position);
        bar.update(|state| {
            if let Some(total) = view.total {
                state.set_len(total);
            }
        });
    }

    /// Prints lines, above the bar if there is one. Ignores errors, since progress is no reason for a run to fail.
    pub(super) fn println(&mut self, text: &str) {
        match &mut self.output {
            Output::Live { terminal, .. } => {
                let _ = terminal.println(text);
                if self.suspended > 0 {
                    let _ = terminal.clear();
                }
            }
            Output::Lines(to) => {
                let _ = writeln!(to, "{text}").and_then(|()| to.flush());
            }
        }
    }

    /// Removes the bar.
    pub(super) fn end(&mut self) {
        if let Output::Live { terminal, bar } = &mut self.output
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
            terminal.remove(&bar);
        }
    }

    /// Hides the bar, until [`resume`](Self::resume).
    pub(super) fn suspend(&mut self) {
        self.suspended += 1;
        if let Output::Live { terminal, .. } = &self.output {
            let _ = terminal.clear();
        }
    }

    pub(super) fn resume(&mut self) {
        self.suspended -= 1;
        if let Output::Live { bar: Some(bar), .. } = &self.output
            && self.suspended == 0
        {
            bar.force_draw();
        }
    }
}

fn style(has_total: bool) -> ProgressStyle {
    let template = if has_total {
        "{prefix} [{bar:24}] {wide_msg}"
    } else {
        "{prefix} {spinner} {wide_msg}"
    };
    let style = ProgressStyle::with_template(template);
    // Both templates are valid.
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("=>-").tick_chars("|/-\\|")
}
