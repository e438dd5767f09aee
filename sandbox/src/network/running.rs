//! Starting and stopping a network.

use super::clock::Clock;
use super::courier::Courier;
use super::exchange::Exchange;
use super::person::{Behaviour, Verdict};
use super::scenario::Scenario;
use super::{Options, control, rest};
use anyhow::Context as _;
use axum::Router;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A telephone network.
pub struct Network;

/// A network that runs until it is stopped, or dropped.
pub struct Running {
    /// `http://127.0.0.1:port`: what the service has instead of `https://api.twilio.com`.
    pub base_url: String,
    exchange: Arc<Exchange>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Network {
    /// Starts one.
    ///
    /// # Errors
    /// If the address is taken, or no HTTP client can be made on this machine.
    pub async fn start(options: Options) -> anyhow::Result<Running> {
        Self::start_with(options, Router::new()).await
    }

    /// Starts one that also serves something else beside its own paths.
    ///
    /// # Errors
    /// As [`Network::start`].
    pub async fn start_with(options: Options, beside: Router) -> anyhow::Result<Running> {
        anyhow::ensure!(
            options.speed.is_finite() && options.speed > 0.0,
            "the speed of the network's clock must be above zero"
        );
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("cannot listen on {}", options.listen))?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let clock = Clock::new(options.speed, options.settle);
        let courier = Courier::new(&options.auth_token, options.routes.clone())?;
        let exchange = Exchange::new(options, clock, courier, base_url.clone());
        let router = rest::router(&exchange).merge(control::router(&exchange)).merge(beside);
        let stop = exchange.stop.clone();
        let server = tokio::spawn(
            axum::serve(listener, router)
                .with_graceful_shutdown(async move { stop.cancelled().await })
                .into_future(),
        );
        Ok(Running {
            base_url,
            exchange,
            server,
        })
    }
}

impl Running {
    /// What it knows, for tests that look closely.
    #[must_use]
    pub fn exchange(&self) -> &Arc<Exchange> {
        &self.exchange
    }

    /// Has somebody call a number of the account. The call goes on by itself; this is its identifier.
    ///
    /// # Errors
    /// If the number is not the account's, or nothing is to be done when it is called.
    pub fn place(&self, scenario: &Scenario) -> anyhow::Result<String> {
        scenario.check()?;
        Ok(scenario.begin(&self.exchange)?)
    }

    /// Says how somebody behaves when they are called, by number or `client:` and identity.
    pub fn register(&self, address: &str, behaviour: Behaviour) {
        self.exchange.state().directory.insert(address.to_owned(), behaviour);
    }

    /// Waits until a call is over, and says how its person liked it. `None` if there is no such call.
    pub async fn ended(&self, call_sid: &str) -> Option<Verdict> {
        let mut told = self.exchange.told.subscribe();
        loop {
            told.borrow_and_update();
            match self.exchange.state().call(call_sid) {
                None => return None,
                Some(call) if call.controls.is_none() && call.ended.is_some() => return call.verdict.clone(),
                Some(_) => {}
            }
            told.changed().await.ok()?;
        }
    }

    /// Waits until every call is over and everything was told that is to be told.
    pub async fn quiet(&self) {
        let mut told = self.exchange.told.subscribe();
        loop {
            told.borrow_and_update();
            if self.exchange.is_quiet() {
                return;
            }
            if told.changed().await.is_err() {
                return;
            }
        }
    }

    /// Returns when it was stopped from elsewhere or its server failed.
    ///
    /// # Errors
    /// If the server failed.
    pub async fn serve(mut self) -> anyhow::Result<()> {
        (&mut self.server).await??;
        Ok(())
    }

    /// Ends every call without telling anybody, and waits until nothing of it runs any more.
    pub async fn stop(mut self) {
        self.exchange.stop.cancel();
        self.exchange.tasks.close();
        // A follower that does not go away is left behind.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.exchange.tasks.wait()).await;
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
        self.exchange.stop.cancel();
        self.exchange.tasks.close();
    }
}
