//! `call-ledger serve`.

use super::Configuration;

/// Run the service.
#[derive(clap::Args)]
pub(super) struct Serve {
    /// Start although the clock is behind the last event of the ledger
    #[arg(long)]
    accept_clock: bool,
    #[command(flatten)]
    configuration: Configuration,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mut config = self.configuration.resolve()?;
        config.accept_clock = self.accept_clock;
        infra::telemetry::init(config.log_format, &config.log_level)?;
        crate::run(config).await
    }
}
