//! P5: signed webhooks over HTTP, each answered once its events are durable, against `/health/live` on the same server
//! under the same load.

use super::measure::{ROUNDS, median, rate};
use super::report::{Floor, Line, Report};
use super::served::{Connection, PUBLIC_URL, Served, TOKEN};
use super::traffic;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

const CONNECTIONS: usize = 64;
const WEBHOOKS_PER_CALL: u64 = 5;
/// Requests per connection that are signed before a round: signing is Twilio's work, not the service's.
const SIGNED_PER_CONNECTION: u64 = 1_500;

/// Parameters that Twilio sends with every webhook of a call, besides the call's SID and the event.
pub const COMMON_PARAMS: [(&str, &str); 21] = [
    ("AccountSid", "AC00000000000000000000000000000000"),
    ("ApiVersion", "2010-04-01"),
    ("Called", "+15045550199"),
    ("CalledCity", "NEW ORLEANS"),
    ("CalledCountry", "US"),
    ("CalledState", "LA"),
    ("CalledZip", "70112"),
    ("Caller", "+15045550123"),
    ("CallerCity", "NEW ORLEANS"),
    ("CallerCountry", "US"),
    ("CallerState", "LA"),
    ("CallerZip", "70115"),
    ("Direction", "inbound"),
    ("From", "+15045550123"),
    ("FromCity", "NEW ORLEANS"),
    ("FromCountry", "US"),
    ("FromState", "LA"),
    ("To", "+15045550199"),
    ("ToCity", "NEW ORLEANS"),
    ("ToCountry", "US"),
    ("ToState", "LA"),
];

/// The `n`th webhook of a call, signed, as raw bytes.
pub fn webhook(call_id: &str, n: u64) -> Vec<u8> {
    let recording = call_id.replacen("CA", "RE", 1);
    let url = format!("https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/{recording}");
    let timestamp = "Fri, 27 Mar 2026 14:00:00 +0000";
    let (path, own): (String, Vec<(&str, &str)>) = match n {
        0 => (
            "/twilio/inbound".to_owned(),
            vec![("CallStatus", "ringing"), ("StirVerstat", "TN-Validation-Passed-A")],
        ),
        1 => (
            "/twilio/inbound-status".to_owned(),
            vec![
                ("CallStatus", "in-progress"),
                ("SequenceNumber", "1"),
                ("Timestamp", timestamp),
            ],
        ),
        2 => (
            format!("/twilio/voicemail?call_id={call_id}&reason=ai_unavailable"),
            vec![("CallStatus", "in-progress")],
        ),
        3 => (
            format!("/twilio/recording-status?call_id={call_id}&phase=voicemail"),
            vec![
                ("RecordingSid", &recording),
                ("RecordingStatus", "completed"),
                ("RecordingUrl", &url),
                ("RecordingDuration", "20"),
                ("RecordingChannels", "1"),
                ("RecordingSource", "RecordVerb"),
            ],
        ),
        _ => (
            "/twilio/inbound-status".to_owned(),
            vec![
                ("CallStatus", "completed"),
                ("SequenceNumber", "2"),
                ("CallDuration", "31"),
                ("Timestamp", timestamp),
            ],
        ),
    };
    let form: Vec<(String, String)> = COMMON_PARAMS
        .iter()
        .copied()
        .chain([("CallSid", call_id)])
        .chain(own)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let signature = sandbox::twilio::signature::sign(TOKEN, &format!("{PUBLIC_URL}{path}"), &form);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form)
        .finish();
    format!(
        "POST {path} HTTP/1.1\r\nhost: calls.example\r\nx-twilio-signature: {signature}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

const LIVENESS_REQUEST: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: calls.example\r\n\r\n";

/// P5.
pub async fn answered(report: &mut Report) -> anyhow::Result<()> {
    let served = Served::start().await?;
    report.note(format!(
        "P5, P9: the service and its clients share one process and its {} cores",
        std::thread::available_parallelism()?
    ));
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        connections.push(Mutex::new(Connection::open(served.address()).await?));
    }
    let connections = Arc::new(connections);
    let (mut webhooks, mut alive) = (Vec::new(), Vec::new());
    let before = served.head().await?;
    let sent = Arc::new(AtomicU64::new(0));
    for round in 0..ROUNDS as u64 {
        let to = connections.clone();
        alive.push(
            rate(CONNECTIONS, move |writer, _| {
                let to = to.clone();
                async move { to[writer].lock().await.expect(LIVENESS_REQUEST, 200).await }
            })
            .await,
        );
        webhooks.push(post(&connections, round, &sent).await);
    }
    let events = served.head().await? - before;
    report.note(format!(
        "P5: {} webhooks produced {events} events",
        sent.load(Ordering::Relaxed)
    ));
    report.line(Line {
        id: "P5",
        work: format!("signed webhooks, {CONNECTIONS} connections, SQLite, against /health/live"),
        ours: median(webhooks),
        theirs: Some(median(alive)),
        unit: "requests/s",
        floor: Floor::RatioAtLeast(0.35),
    });
    served.stop().await
}

async fn post(connections: &Arc<Vec<Mutex<Connection>>>, round: u64, sent: &Arc<AtomicU64>) -> f64 {
    let name = move |writer: usize, n: u64| {
        traffic::call_id((((round << 16) + (writer as u64)) << 32) | (n / WEBHOOKS_PER_CALL))
    };
    let ahead: Arc<Vec<Vec<Vec<u8>>>> = Arc::new(
        (0..CONNECTIONS)
            .map(|writer| {
                (0..SIGNED_PER_CONNECTION)
                    .map(|n| webhook(&name(writer, n), n % WEBHOOKS_PER_CALL))
                    .collect()
            })
            .collect(),
    );
    let (to, sent) = (connections.clone(), sent.clone());
    rate(CONNECTIONS, move |writer, n| {
        let (to, ahead, sent) = (to.clone(), ahead.clone(), sent.clone());
        async move {
            let mut connection = to[writer].lock().await;
            match usize::try_from(n).ok().and_then(|n| ahead[writer].get(n)) {
                Some(signed) => connection.expect(signed, 200).await,
                None => {
                    connection
                        .expect(&webhook(&name(writer, n), n % WEBHOOKS_PER_CALL), 200)
                        .await;
                }
            }
            sent.fetch_add(1, Ordering::Relaxed);
        }
    })
    .await
}
