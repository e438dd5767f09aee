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

/// Show and rebuild read models.
#[derive(clap::Args)]
pub(super) struct Projections {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the status of every read model; positions and lag are counted in events
    Status(Status),
    /// Rebuild a read model from the first event, print the difference, and switch to it after confirmation
    Rebuild(Rebuild),
}

#[derive(clap::Args)]
struct Status {
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Rebuild {
    /// Name of the read model, see `projections status`
    name: String,
    /// Only print the difference; never switch
    #[arg(long, conflicts_with = "switch")]
    dry_run: bool,
    /// Switch without confirmation
    #[arg(long)]
    switch: bool,
    /// Switch also if more events cannot be read or applied than the current rows leave out
    #[arg(long)]
    accept_dead_letters: bool,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Projections {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Status(status) => status.run().await,
            Command::Rebuild(rebuild) => rebuild.run().await,
        }
    }
}

impl Status {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let opened = for_reading(&config).await?;
        print(&format!(
            "{:<18} {:>12} {:>10} {:>8} {:>5} {:>6}  owner",
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
                model.owner.unwrap_or_else(|| "-".to_owned()),
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
            .map(|progress| tokio::spawn(show_progress(progress)));
        let rebuild = async |compare, switch| {
            let mut begun = opened.models.begin_rebuild(&self.name).await?;
            if self.accept_dead_letters {
                begun = begun.accepting_dead_letters();
            }
            begun.run(RebuildOptions { compare, switch }).await
        };
        let report = rebuild(true, self.switch).await;
        if let Some(bar) = bar {
            bar.abort();
            // The bar clears its line when dropped; its result is irrelevant.
            let _ = bar.await;
        }
        let report = report?;
        print_report(&report)?;
        let changes = report
            .difference
            .as_ref()
            .is_some_and(|difference| !difference.is_none());
        if self.switch || self.dry_run {
            return Ok(());
        }
        if !confirmed(changes)? {
            return print("not switched");
        }
        let report = rebuild(false, true).await?;
        print(&format!(
            "switched in {:.1} ms, at position {}",
            report.switch_ms.unwrap_or_default(),
            report.position
        ))
    }
}

/// Asks for confirmation on a terminal; elsewhere the answer is no.
fn confirmed(changes: bool) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    let question = if changes {
        "Switch to the new rows?"
    } else {
        "The rows are equal. Switch anyway?"
    };
    eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Shows a progress bar on a terminal.
async fn show_progress(mut progress: watch::Receiver<Option<RebuildStatus>>) {
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

fn print_report(report: &RebuildReport) -> anyhow::Result<()> {
    print(&format!(
        "{}: {} events in {:.1} s, {:.0} events/s",
        report.model, report.events, report.load_seconds, report.events_per_second
    ))?;
    if report.parked > 0 {
        print(&format!(
            "left out: {} events that cannot be read or applied, or that follow one in its stream",
            report.parked
        ))?;
        for letter in &report.dead_letters {
            print(&format!(
                "  position {} {}: {}",
                letter.position, letter.event_type, letter.reason
            ))?;
        }
    }
    match &report.difference {
        Some(difference) if difference.is_none() => {
            print(&format!("difference: none, at position {}", difference.position))?;
        }
        Some(difference) => print_difference(difference)?,
        None => {}
    }
    match report.switch_ms {
        Some(ms) => print(&format!("switched in {ms:.1} ms, at position {}", report.position)),
        None => Ok(()),
    }
}

fn print_difference(difference: &Difference) -> anyhow::Result<()> {
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
            print(&format!("  {name}: not comparable, the columns have changed"))?;
            continue;
        }
        print(&format!(
            "  {name}: {added} added, {gone} removed, {different} different, {equal} equal"
        ))?;
        for row in &table.first {
            let what = match row.change {
                Change::Added => "added",
                Change::Gone => "removed",
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
