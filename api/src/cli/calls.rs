//! `call-ledger calls list` and `calls history <id>`.

use super::opened::for_reading;
use super::{Configuration, print};
use crate::call_logs::history::{History, HistoryOf, Point, answer};
use crate::web::Rfc3339;
use anyhow::Context as _;
use clap::Subcommand;
use domain::Timestamp;
use domain::call::view::Filter;
use projections::call_log::CallQuery;

/// Show calls.
#[derive(clap::Args)]
pub(super) struct Calls {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the latest calls
    List(List),
    /// Print the events of a call, and optionally its state at a version or time
    History(HistoryOfCall),
}

#[expect(clippy::doc_markdown, reason = "shown as help text, not as Markdown")]
#[derive(clap::Args)]
struct List {
    /// One of: all, inbound, outbound, voicemail, failed, busy_no_answer, resolved, missed, answered, taken_over,
    /// transferred, recorded, pending_review
    #[arg(long, default_value = "all")]
    filter: String,
    /// Maximum number of calls, from 1 to 500
    #[arg(long, default_value_t = 20)]
    limit: i64,
    /// Tenant of the calls
    #[arg(long, default_value = "default")]
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct HistoryOfCall {
    /// ID of the call
    id: String,
    /// Stop at this time (RFC 3339), and print the state that the ledger had recorded by then
    #[arg(long, conflicts_with = "version")]
    at: Option<String>,
    /// Stop at this event (its number in the stream, from 1), and print the state after it
    #[arg(long)]
    version: Option<i64>,
    /// Include the raw parameters of each webhook
    #[arg(long)]
    params: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Calls {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::List(list) => list.run().await,
            Command::History(history) => history.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let filter = self
            .filter
            .parse::<Filter>()
            .with_context(|| format!("unknown filter {}: see call-ledger calls list --help", self.filter))?;
        let opened = for_reading(&config).await?;
        let query = CallQuery {
            filter,
            limit: self.limit.clamp(1, 500),
            ..CallQuery::default()
        };
        let page = opened.models.call_log().list(&self.tenant, &query).await?;
        for call in page.calls {
            print(&format!(
                "{:<40} {:<27} {:<9} {:<12} {:>6}  {}",
                call.call_id,
                Timestamp(call.started_at).to_rfc3339(),
                call.direction.unwrap_or_default(),
                call.status,
                call.duration_s
                    .map_or_else(|| "-".to_owned(), |seconds| format!("{seconds}s")),
                call.grade.unwrap_or_default(),
            ))?;
        }
        Ok(())
    }
}

impl HistoryOfCall {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let at = match &self.at {
            Some(text) => Some(
                Timestamp::parse_rfc3339(text).with_context(|| format!("--at is not a time in RFC 3339: {text}"))?,
            ),
            None => None,
        };
        let opened = for_reading(&config).await?;
        let query = HistoryOf {
            version: self.version,
            at: at.map(Rfc3339),
            from: None::<Point>,
            to: None,
            params: self.params,
        };
        let events = query.read(&opened.ledger, &self.id).await?;
        if events.is_empty() {
            anyhow::bail!("call {} not found", self.id);
        }
        let history = answer(self.id, &events, &query)?;
        if self.json {
            print(&serde_json::to_string_pretty(&history)?)
        } else {
            print_history(&history)
        }
    }
}

fn print_history(history: &History) -> anyhow::Result<()> {
    for event in history.events() {
        print(&event.line())?;
        if let Some(params) = event.params() {
            print(&format!("      {params}"))?;
        }
    }
    if let Some(state) = history.state() {
        print(&format!(
            "\nas of version {}:\n{}",
            history.version(),
            serde_json::to_string_pretty(state)?
        ))?;
    }
    Ok(())
}
