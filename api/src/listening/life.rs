//! A stream's life: started with the first listener, started again when it breaks, stopped after the last one.
//!
//! What Twilio was asked for goes by a name that is used once. So a stream of which we never heard whether it began can be
//! stopped, and its socket, should it still come, is not taken for another's.

use super::line::{Awaited, Line, Socket, Stage};
use super::{AppState, audible};
use domain::call::Call;
use infra::clock::new_id;
use infra::twilio::rest::{NewStream, TwilioError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Under this name Twilio brings our name of a stream along.
pub const NAME: &str = "name";
/// How long Twilio may take to open the socket. One that a balancer leads to another process never comes.
const COMES_WITHIN: Duration = Duration::from_secs(3);
/// Attempts in a row that bring no sound, at most.
const ATTEMPTS: u32 = 6;
/// The wait after the first of them; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// What became of an attempt.
enum Outcome {
    /// Nobody listens any more.
    Deserted,
    /// There is nothing to hear: the call is over, or a person speaks.
    Inaudible,
    /// The socket came, and went.
    Broken,
    /// There was none.
    Nothing,
}

/// Keeps a call's sound coming for as long as somebody listens.
pub(super) async fn keep(state: AppState, line: Arc<Line>) {
    let mut in_vain = 0;
    loop {
        let before = line.pieces();
        let outcome = attempt(&state, &line).await;
        if line.pieces() > before {
            in_vain = 0;
        }
        in_vain += 1;
        match outcome {
            Outcome::Deserted => return,
            Outcome::Broken | Outcome::Nothing if in_vain < ATTEMPTS => {
                tracing::info!(call_id = line.call_id(), in_vain, "a call's sound is asked for again");
                metrics::counter!("sound_streams_repeated_total").increment(1);
            }
            // Those who listen learn from the log why there is nothing to hear.
            Outcome::Inaudible if in_vain < ATTEMPTS => {}
            _ => {
                tracing::warn!(call_id = line.call_id(), "a call's sound cannot be had");
                metrics::counter!("sound_streams_failed_total").increment(1);
                line.become_stage(Stage::Failed);
                return;
            }
        }
        let wait = FIRST_WAIT.saturating_mul(1 << (in_vain - 1).min(8)).min(LONGEST_WAIT);
        if timeout(wait, line.deserted()).await.is_ok() {
            return;
        }
    }
}

async fn attempt(state: &AppState, line: &Arc<Line>) -> Outcome {
    let call_sid = match state.ledger.state::<Call>(line.call_id()).await {
        Ok(Some((call, _))) => match audible(&call) {
            Ok(call_sid) => call_sid,
            Err(_) => return Outcome::Inaudible,
        },
        Ok(None) => return Outcome::Inaudible,
        Err(error) => {
            tracing::warn!(%error, "a call's sound waits for the ledger");
            return Outcome::Nothing;
        }
    };
    let name = new_id("listen");
    let stream = NewStream {
        url: state.config.stream_url("/twilio/media"),
        parameter: (NAME, name.clone()),
        name,
    };
    let awaited = Arc::new(Awaited::new(line.clone(), call_sid.clone()));
    state.listening.expect(&stream.name, awaited.clone());
    let outcome = match state.twilio.start_stream(&call_sid, &stream).await {
        Ok(_) => heard(line, &awaited).await,
        // Not answered yet, or just over.
        Err(error) if error.is_already_over() => Outcome::Inaudible,
        Err(error) => {
            tracing::warn!(call_id = line.call_id(), %error, "a call's sound was not started");
            // It may have been, for all we know.
            if may_have_begun(&error) {
                heard(line, &awaited).await
            } else {
                Outcome::Nothing
            }
        }
    };
    if !matches!(outcome, Outcome::Broken | Outcome::Inaudible)
        && let Err(error) = state.twilio.stop_stream(&call_sid, &stream.name).await
    {
        tracing::warn!(call_id = line.call_id(), %error, "a call's sound was not stopped: closing its socket does it");
    }
    state.listening.forget(&stream.name);
    awaited.end();
    outcome
}

const fn may_have_begun(error: &TwilioError) -> bool {
    matches!(
        error,
        TwilioError::Unavailable { ambiguous: true, .. } | TwilioError::Malformed(_)
    )
}

/// Waits for the socket, and for its end.
async fn heard(line: &Line, awaited: &Awaited) -> Outcome {
    let heard = async {
        match timeout(COMES_WITHIN, awaited.socket_is(Socket::Open)).await {
            Ok(()) => {
                awaited.socket_is(Socket::Gone).await;
                Outcome::Broken
            }
            Err(_elapsed) => Outcome::Nothing,
        }
    };
    tokio::select! {
        () = line.deserted() => Outcome::Deserted,
        outcome = heard => outcome,
    }
}
