//! The models alone, on a port of their own: for tests, and for whoever needs nothing else.

use super::error::{Dialect, Refusal};
use super::{Models, router};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running server. When it is dropped it stops as well, without waiting for what is under way.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    models: Models,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Starts it on a free port of this machine.
    ///
    /// # Errors
    /// When there is none.
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

    /// `http://127.0.0.1:<port>`: Anthropic's base URL. `OpenAI`'s has `/v1` after it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `http://127.0.0.1:<port>/v1`: `OpenAI`'s base URL.
    #[must_use]
    pub fn openai_url(&self) -> String {
        format!("{}/v1", self.url())
    }

    /// What it serves.
    #[must_use]
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// Stops it. What hangs on demand is ended, and what else is under way is answered first.
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
