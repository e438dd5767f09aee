//! The real service is killed: after a restart, everything it acknowledged is there exactly once.

use harness::on_both_engines;
use harness::service::Home;
use harness::test_stores::TestStores;

const CALL: &str = "CA00000000000000000000000000000042";

fn ringing() -> [(&'static str, &'static str); 6] {
    [
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("CallSid", CALL),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", "+15005550001"),
        ("To", "+15045550100"),
    ]
}

on_both_engines!(
    acknowledged_webhook_survives_a_kill_exactly_once,
    forged_webhook_is_refused_and_writes_nothing
);

async fn acknowledged_webhook_survives_a_kill_exactly_once(stores: TestStores) {
    let home = Home::new(stores);
    let service = home.start().await;
    let answer = service
        .client()
        .webhook("/twilio/inbound", &ringing())
        .await
        .unwrap()
        .expect(200);
    service.kill();

    let service = home.start().await;
    let client = service.client().signed_in().await;
    let before = client
        .read(&format!("/api/call-logs/{CALL}/history"))
        .await
        .expect(200)
        .json();
    let again = client.webhook("/twilio/inbound", &ringing()).await.unwrap().expect(200);
    let after = client
        .read(&format!("/api/call-logs/{CALL}/history"))
        .await
        .expect(200)
        .json();
    assert_eq!(before["events"][0]["type"], "CallStarted");
    assert_eq!(before, after, "a repeated webhook changes nothing");
    assert_eq!(answer.text, again.text, "the repeated webhook gets the same TwiML");
}

async fn forged_webhook_is_refused_and_writes_nothing(stores: TestStores) {
    let home = Home::new(stores);
    let service = home.start().await;
    let client = service.client().signed_in().await;
    let forged = client
        .webhook_signed("/twilio/inbound", &ringing(), "bm90IGEgc2lnbmF0dXJl")
        .await
        .unwrap();
    assert_eq!(forged.status, 403);
    assert_eq!(client.read(&format!("/api/call-logs/{CALL}/history")).await.status, 404);
}
