//! Silent and slow connections are closed, and never shut the telephone network out. A second listener serves webhooks
//! alone.

use crate::harness::{Service, inbound};
use infra::config::Settings;
use infra::twilio::form::Form;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn connect(service: &Service) -> TcpStream {
    TcpStream::connect(service.running.addr).await.expect("connects")
}

/// What is received until the service closes the connection.
async fn until_closed(mut stream: TcpStream) -> (String, Duration) {
    let (started, mut received) = (Instant::now(), Vec::new());
    let reading = stream.read_to_end(&mut received);
    let read = tokio::time::timeout(Duration::from_secs(20), reading)
        .await
        .expect("closed in time");
    // A connection that is closed with unread data is reset.
    let _ = read;
    (String::from_utf8_lossy(&received).into_owned(), started.elapsed())
}

#[tokio::test]
async fn connection_without_a_whole_header_is_closed_in_time() {
    let service = Service::start().await;
    let silent = connect(&service).await;
    let mut slow = connect(&service).await;
    slow.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: ")
        .await
        .expect("sent");
    let (drops, mut trickle) = slow.into_split();
    // A byte a second does not extend the time.
    let trickling = tokio::spawn(async move {
        while trickle.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let started = Instant::now();
    let silent = until_closed(silent);
    let slow = async {
        let (mut drops, mut rest) = (drops, Vec::new());
        let _ = drops.read_to_end(&mut rest).await;
        started.elapsed()
    };
    let (silent, slow) = tokio::time::timeout(Duration::from_secs(30), async { tokio::join!(silent, slow) })
        .await
        .expect("both are closed");
    for elapsed in [silent.1, slow] {
        assert!(
            elapsed > Duration::from_secs(8) && elapsed < Duration::from_secs(15),
            "{elapsed:?}"
        );
    }
    trickling.abort();
}

#[tokio::test]
async fn connection_stays_open_between_requests_and_bodies_arrive_whole() {
    let service = Service::start().await;
    let mut stream = connect(&service).await;
    for _ in 0..3 {
        stream
            .write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .expect("sent");
        let mut answer = vec![0; 4_096];
        let length = stream.read(&mut answer).await.expect("answered");
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(
            answer.starts_with("HTTP/1.1 200 OK") && answer.contains("content-length: "),
            "{answer}"
        );
        tokio::time::sleep(Duration::from_millis(1_500)).await;
    }
    let document = service.anonymous().get("/api/openapi.json").await.is(200);
    assert!(document.json()["paths"].is_object());
    // An answer without a body has none.
    stream
        .write_all(b"HEAD /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .expect("sent");
    let (answer, _) = until_closed(stream).await;
    assert!(answer.ends_with("\r\n\r\n") && !answer.contains("chunked"), "{answer}");
}

#[tokio::test]
async fn silent_connections_of_one_address_do_not_shut_webhooks_out() {
    let service = Service::start().await;
    // More than the system allows one address, or half of what this process may open.
    let mut silent = Vec::new();
    while silent.len() < 900 {
        match TcpStream::connect(service.running.addr).await {
            Ok(stream) => silent.push(stream),
            Err(_) => break,
        }
    }
    assert!(silent.len() > 300, "{}", silent.len());
    for number in 0..12 {
        let call = format!("CA{number}");
        let started = Instant::now();
        let form = inbound(&call);
        let webhook = service.twilio("/twilio/inbound", &form);
        tokio::time::timeout(Duration::from_secs(5), webhook)
            .await
            .expect("answered")
            .is(200);
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn webhook_listener_serves_webhooks_and_health_alone() {
    let service = Service::start_with(Settings {
        webhook_listen: Some("127.0.0.1:0".into()),
        ..Settings::default()
    })
    .await;
    let admin = service.admin().await;
    let address = service.running.webhook_addr.expect("a second listener");
    let form = inbound("CA1");
    let signature = Service::sign("/twilio/inbound", Some(&Form::parse(form.as_bytes())));
    let client = reqwest::Client::new();
    let posted = client
        .post(format!("http://{address}/twilio/inbound"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", signature)
        .body(form)
        .send()
        .await
        .expect("answered");
    assert_eq!(posted.status(), 200);
    let get = async |path: &str| {
        client
            .get(format!("http://{address}{path}"))
            .send()
            .await
            .expect("answered")
            .status()
    };
    assert_eq!(get("/health/ready").await, 200);
    for path in ["/api/auth/me", "/", "/api/docs/", "/ws", "/api/openapi.json"] {
        assert_eq!(get(path).await, 404, "{path}");
    }
    admin.get("/api/call-logs/CA1/history").await.is(200);
    // Webhooks at the first listener stay possible.
    service.twilio("/twilio/inbound", &inbound("CA2")).await.is(200);
}
