//! Server for the models alone, without the telephone network.

use super::error::{Dialect, Refusal};
use super::{Models, router};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running server. Dropping it stops it without waiting for requests in progress.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    models: Models,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Starts a server on a free loopback port.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(models: Models) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let stopped = models.clone();
        let router = router(models.clone()).fallback(unknown);
        let task = tokio::spawn(async move {
            axum::serve(listener, router)
                .with_graceful_shutdown(async move { stopped.stopped().await })
                .await
        });
        Ok(Self { address, models, task })
    }

    /// Base URL for Anthropic clients: `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Base URL for `OpenAI` clients: `http://127.0.0.1:<port>/v1`.
    #[must_use]
    pub fn openai_url(&self) -> String {
        format!("{}/v1", self.url())
    }

    /// The models that this server serves.
    #[must_use]
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// Stops the server. Responses that hang because of a fault are ended; other requests in progress are answered
    /// first.
    ///
    /// # Errors
    /// When serving failed.
    pub async fn stop(mut self) -> io::Result<()> {
        self.models.stop();
        (&mut self.task).await.map_err(io::Error::other)?
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.models.stop();
        self.task.abort();
    }
}

async fn unknown(method: Method, uri: Uri) -> Response {
    Refusal::new(StatusCode::NOT_FOUND, format!("Invalid URL ({method} {})", uri.path())).into_response(Dialect::OpenAi)
}
