//! The report: measurement, our figure, the peer's figure, ratio and floor.

use super::profiles::PROFILES;
use harness::scratch::target_dir;
use std::fmt::Write as _;

/// A row of the table.
pub struct Line {
    pub id: &'static str,
    pub work: String,
    pub ours: f64,
    pub theirs: Option<f64>,
    pub unit: &'static str,
    /// Requirement for the ratio, or for our figure if there is no peer.
    pub floor: Floor,
}

/// A requirement.
pub enum Floor {
    /// The ratio of ours to theirs is at least this.
    RatioAtLeast(f64),
    /// The ratio of ours to theirs is at most this.
    RatioAtMost(f64),
    /// Our figure is at least this.
    AtLeast(f64),
    /// Our figure is at most this.
    AtMost(f64),
    /// No requirement: a point of a curve.
    None,
}

#[derive(Default)]
pub struct Report {
    notes: Vec<String>,
    lines: Vec<Line>,
}

impl Report {
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        eprintln!("{note}");
        self.notes.push(note);
    }

    pub fn line(&mut self, line: Line) {
        eprintln!("{}", row(&line));
        self.lines.push(line);
    }

    /// Prints the table and writes it to `target/bench/report.md`.
    pub fn publish(self) -> anyhow::Result<()> {
        let mut text = String::from("# Benchmarks\n\n");
        for note in &self.notes {
            writeln!(text, "- {note}")?;
        }
        text.push_str(
            "\n| id | work | ours | peer | ratio | floor | reached |\n| --- | --- | ---: | ---: | ---: | --- | --- |\n",
        );
        for line in &self.lines {
            writeln!(text, "{}", row(line))?;
        }
        let missed: Vec<_> = PROFILES
            .iter()
            .filter(|(id, _)| {
                self.lines
                    .iter()
                    .any(|line| line.id == *id && reached(line) == Some(false))
            })
            .collect();
        if !missed.is_empty() {
            text.push_str("\n## Where a floor is not reached: profiles\n\n");
        }
        for (id, shown) in missed {
            writeln!(text, "- **{id}**: {shown}")?;
        }
        let folder = target_dir()?.join("bench");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("report.md"), &text)?;
        println!("{text}");
        Ok(())
    }
}

/// Whether a row's floor is reached; `None` for a row without a floor.
fn reached(line: &Line) -> Option<bool> {
    let ratio = line.theirs.map(|theirs| line.ours / theirs);
    match line.floor {
        Floor::RatioAtLeast(floor) => ratio.map(|ratio| ratio >= floor),
        Floor::RatioAtMost(floor) => ratio.map(|ratio| ratio <= floor),
        Floor::AtLeast(floor) => Some(line.ours >= floor),
        Floor::AtMost(floor) => Some(line.ours <= floor),
        Floor::None => None,
    }
}

fn row(line: &Line) -> String {
    let ratio = line.theirs.map(|theirs| line.ours / theirs);
    let floor = match line.floor {
        Floor::RatioAtLeast(floor) => format!(">= {floor}x"),
        Floor::RatioAtMost(floor) => format!("<= {floor}x"),
        Floor::AtLeast(floor) => format!(">= {floor} {}", line.unit),
        Floor::AtMost(floor) => format!("<= {floor} {}", line.unit),
        Floor::None => String::new(),
    };
    format!(
        "| {} | {} | {} {} | {} | {} | {floor} | {} |",
        line.id,
        line.work,
        figure(line.ours),
        line.unit,
        line.theirs
            .map(|theirs| format!("{} {}", figure(theirs), line.unit))
            .unwrap_or_default(),
        ratio.map(|ratio| format!("{ratio:.2}x")).unwrap_or_default(),
        match reached(line) {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        },
    )
}

/// Three or more significant digits, thousands grouped.
fn figure(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
