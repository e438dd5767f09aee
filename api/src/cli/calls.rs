//! `call-ledger calls list` and `calls history <id>`.

use super::opened::for_reading;
use super::{Configuration, print};
use crate::call_logs::history::{History, HistoryOf, Point, answer};
use crate::web::Rfc3339;
use anyhow::Context as _;
use clap::Subcommand;
use domain::Timestamp;
use projections::call_log::CallQuery;
use projections::call_view::Filter;

/// Look at calls.
#[derive(clap::Args)]
pub(super) struct Calls {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// The latest calls
    List(List),
    /// Everything that happened to a call; or the call as it was
    History(HistoryOfCall),
}

#[expect(clippy::doc_markdown, reason = "these words are shown as help, not as Markdown")]
#[derive(clap::Args)]
struct List {
    /// all, inbound, outbound, voicemail, failed, busy_no_answer, resolved, missed, answered, taken_over, transferred,
    /// recorded, pending_review
    #[arg(long, default_value = "all")]
    filter: String,
    /// How many
    #[arg(long, default_value_t = 20)]
    limit: i64,
    /// Whose calls
    #[arg(long, default_value = "default")]
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct HistoryOfCall {
    /// The call
    id: String,
    /// The call as the ledger knew it at this moment (RFC 3339)
    #[arg(long, conflicts_with = "version")]
    at: Option<String>,
    /// The call as it was after this event
    #[arg(long)]
    version: Option<i64>,
    /// Show, too, what each webhook said word for word
    #[arg(long)]
    params: bool,
    /// For machines
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Calls {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::History(history) => history.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let filter = Filter::parse(&self.filter).with_context(|| format!("no such filter: {}", self.filter))?;
        let opened = for_reading(&config).await?;
        let question = CallQuery {
            filter,
            limit: self.limit.clamp(1, 500),
            ..CallQuery::default()
        };
        let page = opened.models.call_log().list(&self.tenant, &question).await?;
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
            Some(text) => {
                Some(Timestamp::parse_rfc3339(text).with_context(|| format!("not a time in RFC 3339 form: {text}"))?)
            }
            None => None,
        };
        let opened = for_reading(&config).await?;
        let wanted = HistoryOf {
            version: self.version,
            at: at.map(Rfc3339),
            from: None::<Point>,
            to: None,
            params: self.params,
        };
        let events = wanted.read(&opened.ledger, &self.id).await?;
        if events.is_empty() {
            anyhow::bail!("there is no call {}", self.id);
        }
        let history = answer(self.id, &events, &wanted)?;
        if self.json {
            print(&serde_json::to_string_pretty(&history)?)
        } else {
            tell(&history)
        }
    }
}

fn tell(history: &History) -> anyhow::Result<()> {
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
