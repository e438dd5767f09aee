//! Progress on standard error: a bar on a terminal, otherwise a line per 10 %.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts towards a total.
#[derive(Clone)]
pub struct Progress {
    total: usize,
    done: Arc<AtomicUsize>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts at zero of `total` requests.
    pub fn towards(total: usize) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} requests  {per_sec}  {eta} left")
                .expect("template is valid");
            let length = u64::try_from(total).unwrap_or(u64::MAX);
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr()).with_style(style)
        });
        Self {
            total,
            done: Arc::default(),
            bar,
        }
    }

    /// Counts one completed request.
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        match &self.bar {
            Some(bar) => bar.inc(1),
            None if done * 10 / self.total > (done - 1) * 10 / self.total => {
                eprintln!("{done} of {} requests", self.total);
            }
            None => {}
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
