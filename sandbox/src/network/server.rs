//! Starting and stopping a network.

use super::clock::Clock;
use super::party::{Behavior, PartyReport};
use super::scenario::Scenario;
use super::switch::Switch;
use super::webhook_client::WebhookClient;
use super::{Options, control, rest};
use crate::models;
use anyhow::Context as _;
use axum::serve::ListenerExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Starts a network; see [`Running`].
pub struct Network;

/// A running network; it stops when it is dropped.
pub struct Running {
    /// `http://127.0.0.1:port`, the replacement of `https://api.twilio.com`.
    pub base_url: String,
    switch: Arc<Switch>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Network {
    /// Starts a network.
    ///
    /// # Errors
    /// If the address is in use, or the HTTP client cannot be created.
    pub async fn start(options: Options) -> anyhow::Result<Running> {
        anyhow::ensure!(
            options.speed.is_finite() && options.speed > 0.0,
            "the speed of the network's clock must be above zero"
        );
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("cannot listen on {}", options.listen))?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let clock = Clock::new(options.speed, options.settle);
        let webhook_client = WebhookClient::new(&options.auth_token, options.routes.clone())?;
        let models = models::router(options.models.clone());
        let switch = Switch::new(options, clock, webhook_client, base_url.clone());
        let router = rest::router(&switch).merge(control::router(&switch)).merge(models);
        let stop = switch.stop.clone();
        // Without Nagle's algorithm: a change of the clock must not wait.
        let listener = listener.tap_io(|connection| {
            // The connection works without it, too.
            let _ = connection.set_nodelay(true);
        });
        let server = tokio::spawn(
            axum::serve(listener, router)
                .with_graceful_shutdown(async move { stop.cancelled().await })
                .into_future(),
        );
        Ok(Running {
            base_url,
            switch,
            server,
        })
    }
}

impl Running {
    /// The shared state, for tests.
    #[must_use]
    pub fn switch(&self) -> &Arc<Switch> {
        &self.switch
    }

    /// Places a scenario's call. Returns its call SID; the call runs in the background.
    ///
    /// # Errors
    /// If the scenario is invalid, the number does not belong to the account, or it has no voice URL.
    pub fn place(&self, scenario: &Scenario) -> anyhow::Result<String> {
        scenario.check()?;
        Ok(scenario.begin(&self.switch)?)
    }

    /// Sets how a party behaves when called, by number or `client:` and identity.
    pub fn register(&self, address: &str, behavior: Behavior) {
        self.switch.state().directory.insert(address.to_owned(), behavior);
    }

    /// Waits until a call has ended, and returns its party's report. `None` if there is no such call.
    pub async fn ended(&self, call_sid: &str) -> Option<PartyReport> {
        let mut changes = self.switch.changes.subscribe();
        loop {
            changes.borrow_and_update();
            match self.switch.state().call(call_sid) {
                None => return None,
                Some(call) if call.controls.is_none() && call.ended.is_some() => return call.report.clone(),
                Some(_) => {}
            }
            changes.changed().await.ok()?;
        }
    }

    /// Waits until every call has ended and every callback is delivered.
    pub async fn quiet(&self) {
        let mut changes = self.switch.changes.subscribe();
        loop {
            changes.borrow_and_update();
            if self.switch.is_quiet() {
                return;
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Runs until the network stops.
    ///
    /// # Errors
    /// If the server failed.
    pub async fn serve(mut self) -> anyhow::Result<()> {
        (&mut self.server).await??;
        Ok(())
    }

    /// Ends every call without callbacks, and waits for all tasks (at most 5 s).
    pub async fn stop(mut self) {
        self.switch.stop.cancel();
        self.switch.tasks.close();
        // A follower that keeps its connection open is abandoned.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.switch.tasks.wait()).await;
        if tokio::time::timeout(Duration::from_secs(5), &mut self.server)
            .await
            .is_err()
        {
            self.server.abort();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.switch.stop.cancel();
        self.switch.tasks.close();
    }
}
