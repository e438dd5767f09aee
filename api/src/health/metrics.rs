//! `GET /metrics`: the process's metrics in Prometheus text format. Labels contain no personal values.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use engine::drain::Drain;
use infra::ledger::Ledger;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// Bucket bounds of histograms, in seconds: from the duration of a SQLite commit to Twilio's timeout.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0];

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Returns the process's metrics recorder; installs it on the first call.
pub fn recorder() -> PrometheusHandle {
    RECORDER
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
                .expect("the bounds are not empty");
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed, /metrics will be empty");
            }
            handle
        })
        .clone()
}

/// The metrics of this process.
#[utoipa::path(
    get, path = "/metrics", tag = "machines", security(()),
    responses((status = OK, content_type = "text/plain", body = String))
)]
pub async fn metrics(
    State(ledger): State<Ledger>,
    State(drain): State<Drain>,
    State(metrics): State<PrometheusHandle>,
) -> impl IntoResponse {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a gauge is a float, and a position is far below 2^52"
    )]
    ::metrics::gauge!("ledger_head_position").set(ledger.known_head() as f64);
    ::metrics::gauge!("draining").set(if drain.is_finishing_calls() { 1.0 } else { 0.0 });
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        metrics.render(),
    )
}
