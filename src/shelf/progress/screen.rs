//! What progress is shown on: a terminal with a bar, or a file that lines are written to.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;

/// What a progress and its printers share.
pub(super) struct Screen {
    surface: Surface,
    /// How many closures run that the bar is out of the way for.
    suspended: usize,
}

enum Surface {
    Live {
        terminal: MultiProgress,
        bar: Option<ProgressBar>,
    },
    Lines(Box<dyn Write + Send>),
}

/// What the bar shows.
pub(super) struct View<'v> {
    pub(super) name: &'v str,
    pub(super) position: u64,
    /// Without one there is a spinner.
    pub(super) total: Option<u64>,
    pub(super) text: String,
}

impl Screen {
    pub(super) fn live(target: ProgressDrawTarget) -> Self {
        Self::of(Surface::Live {
            terminal: MultiProgress::with_draw_target(target),
            bar: None,
        })
    }

    pub(super) fn lines(to: impl Write + Send + 'static) -> Self {
        Self::of(Surface::Lines(Box::new(to)))
    }

    fn of(surface: Surface) -> Self {
        Self {
            surface,
            suspended: 0,
        }
    }

    /// Whether there is a bar to be seen.
    pub(super) fn has_bar(&self) -> bool {
        matches!(&self.surface, Surface::Live { terminal, .. } if !terminal.is_hidden())
    }

    pub(super) fn draw(&mut self, view: View<'_>) {
        let Surface::Live { terminal, bar } = &mut self.surface else {
            return;
        };
        if self.suspended > 0 {
            return;
        }
        let bar = bar.get_or_insert_with(|| terminal.add(ProgressBar::no_length()));
        bar.set_style(style(view.total.is_some()));
        // These draw nothing; the update does, once.
        let bar = bar.clone().with_prefix(view.name.to_owned());
        let bar = bar.with_message(view.text).with_position(view.position);
        bar.update(|state| {
            if let Some(total) = view.total {
                state.set_len(total);
            }
        });
    }

    /// Prints lines, above the bar if there is one. Progress is no reason to fail: what cannot be shown is not.
    pub(super) fn println(&mut self, text: &str) {
        match &mut self.surface {
            Surface::Live { terminal, .. } => {
                let _ = terminal.println(text);
                if self.suspended > 0 {
                    let _ = terminal.clear();
                }
            }
            Surface::Lines(to) => {
                let _ = writeln!(to, "{text}").and_then(|()| to.flush());
            }
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&mut self) {
        if let Surface::Live { terminal, bar } = &mut self.surface
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
            terminal.remove(&bar);
        }
    }

    /// Takes the bar out of the way, until [`resume`](Self::resume).
    pub(super) fn suspend(&mut self) {
        self.suspended += 1;
        if let Surface::Live { terminal, .. } = &self.surface {
            let _ = terminal.clear();
        }
    }

    pub(super) fn resume(&mut self) {
        self.suspended -= 1;
        if let Surface::Live { bar: Some(bar), .. } = &self.surface
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
    // Both templates are ones that it understands.
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("=>-").tick_chars("|/-\\|")
}
