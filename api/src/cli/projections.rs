//! `call-ledger projections status` and `projections rebuild <name>`.

use super::opened::for_reading;
use super::{Configuration, print};
use crate::read_models::status::stage;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use projections::rebuild::{Change, Difference, TableDifference};
use projections::{RebuildOptions, RebuildReport, RebuildStatus};
use std::io::{IsTerminal as _, Write as _};
use tokio::sync::watch;

/// Look after read models.
#[derive(clap::Args)]
pub(super) struct Projections {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// How every read model stands
    Status(Status),
    /// Make a read model anew, tell what would change, and switch if that is wanted
    Rebuild(Rebuild),
}

#[derive(clap::Args)]
struct Status {
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Rebuild {
    /// The read model
    name: String,
    /// Only tell what would change
    #[arg(long, conflicts_with = "switch")]
    dry_run: bool,
    /// Switch without asking
    #[arg(long)]
    switch: bool,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Projections {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.verb {
            Verb::Status(status) => status.run().await,
            Verb::Rebuild(rebuild) => rebuild.run().await,
        }
    }
}

impl Status {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let opened = for_reading(&config).await?;
        print(&format!(
            "{:<18} {:>12} {:>10} {:>8} {:>5} {:>6}  followed by",
            "read model", "position", "lag", "version", "dead", "parked"
        ))?;
        for model in opened.models.status().await? {
            let version = if model.version == model.code_version {
                model.version.to_string()
            } else {
                format!("{}->{}", model.version, model.code_version)
            };
            print(&format!(
                "{:<18} {:>12} {:>10} {version:>8} {:>5} {:>6}  {}",
                model.model,
                model.position,
                model.lag,
                model.dead_letters,
                model.parked_streams,
                model.owner.unwrap_or_else(|| "nobody".to_owned()),
            ))?;
        }
        Ok(())
    }
}

impl Rebuild {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let opened = for_reading(&config).await?;
        let bar = opened
            .models
            .progress()
            .watch_rebuild(&self.name)
            .map(|progress| tokio::spawn(show(progress)));
        let report = opened
            .models
            .rebuild(
                &self.name,
                RebuildOptions {
                    compare: true,
                    switch: self.switch,
                },
            )
            .await;
        if let Some(bar) = bar {
            bar.abort();
            // It clears its line when it is dropped; whatever it ended with is of no interest.
            let _ = bar.await;
        }
        let report = report?;
        tell(&report)?;
        let changes = report
            .difference
            .as_ref()
            .is_some_and(|difference| !difference.is_none());
        if self.switch || self.dry_run {
            return Ok(());
        }
        if !confirmed(changes)? {
            return print("nothing was switched");
        }
        let report = opened
            .models
            .rebuild(
                &self.name,
                RebuildOptions {
                    compare: false,
                    switch: true,
                },
            )
            .await?;
        print(&format!(
            "switched in {:.1} ms, at position {}",
            report.switch_ms.unwrap_or_default(),
            report.position
        ))
    }
}

/// Asks, where somebody can answer; without `--switch` nothing is switched behind anybody's back.
fn confirmed(changes: bool) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    let question = if changes {
        "Switch to the new rows?"
    } else {
        "The rows are equal. Switch all the same?"
    };
    eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Shows progress: a bar on a terminal, nothing elsewhere.
async fn show(mut progress: watch::Receiver<Option<RebuildStatus>>) {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{msg:<12} {wide_bar} {human_pos}/{human_len}  {per_sec}  {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    while progress.changed().await.is_ok() {
        let status = progress.borrow_and_update().clone();
        if let Some(status) = status {
            bar.set_length(u64::try_from(status.total).unwrap_or_default());
            bar.set_position(u64::try_from(status.done).unwrap_or_default());
            bar.set_message(stage(status.stage));
        }
    }
}

fn tell(report: &RebuildReport) -> anyhow::Result<()> {
    print(&format!(
        "{}: {} events in {:.1} s, {:.0} a second",
        report.model, report.events, report.load_seconds, report.events_per_second
    ))?;
    match &report.difference {
        Some(difference) if difference.is_none() => {
            print(&format!("difference: none, at position {}", difference.position))?;
        }
        Some(difference) => tell_difference(difference)?,
        None => {}
    }
    match report.switch_ms {
        Some(ms) => print(&format!("switched in {ms:.1} ms, at position {}", report.position)),
        None => Ok(()),
    }
}

fn tell_difference(difference: &Difference) -> anyhow::Result<()> {
    print(&format!("difference, at position {}:", difference.position))?;
    for table in &difference.tables {
        let TableDifference {
            table: name,
            equal,
            added,
            gone,
            different,
            ..
        } = table;
        if !table.comparable {
            print(&format!("  {name}: the old rows have other columns"))?;
            continue;
        }
        print(&format!(
            "  {name}: {added} added, {gone} gone, {different} different, {equal} equal"
        ))?;
        for row in &table.first {
            let what = match row.change {
                Change::Added => "added",
                Change::Gone => "gone",
                Change::Different => "different",
            };
            print(&format!("    {} {what}", row.key.join(" / ")))?;
            for field in &row.fields {
                print(&format!("      {}", serde_json::to_string(field)?))?;
            }
        }
    }
    Ok(())
}
