//! `call-ledger serve`.

use super::Configuration;

/// Run the service.
#[derive(clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    configuration: Configuration,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve()?;
        infra::telemetry::init(config.log_format, &config.log_level)?;
        crate::run(config).await
    }
}
