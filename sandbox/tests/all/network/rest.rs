//! REST: calls, numbers, applications, and errors.

use super::{
    ACCOUNT, APPLICATION, NUMBER, Product, TOKEN, caller, client, get, network, network_with, post, refused, rest,
    until,
};
use reqwest::{Method, StatusCode};
use sandbox::network::party::{Behavior, RingResponse};
use sandbox::network::switch::Call;

const FRIEND: &str = "+15045550111";

#[tokio::test]
async fn outbound_call_rings_and_executes_its_document() {
    let product = Product::start().await;
    product.at("/outbound", "<Say>This is your reminder</Say>");
    let network = network(&product).await;
    let call = post(
        &network,
        "/Calls.json",
        &[
            ("To", FRIEND),
            ("From", NUMBER),
            ("Url", &product.url("/outbound")),
            ("StatusCallback", &product.url("/progress")),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
        ],
    )
    .await;
    assert_eq!(
        (call["status"].as_str(), call["direction"].as_str()),
        (Some("queued"), Some("outbound-api"))
    );
    assert_eq!((call["price"].as_str(), call["duration"].as_str()), (None, None));
    let sid = call["sid"].as_str().expect("a SID").to_owned();
    let heard = network.ended(&sid).await.expect("a call").heard;
    network.quiet().await;
    assert_eq!(heard, ["This is your reminder"]);
    assert_eq!(
        product.values("/progress", "CallStatus"),
        ["initiated", "ringing", "in-progress", "completed"]
    );
    assert_eq!(product.values("/outbound", "CallStatus"), ["in-progress"]);
    let shown = get(&network, &format!("/Calls/{sid}.json")).await;
    assert_eq!(shown["status"], "completed");
    assert!(chrono::DateTime::parse_from_rfc2822(shown["start_time"].as_str().expect("a date")).is_ok());
    let seconds: u32 = shown["duration"].as_str().expect("text").parse().expect("a number");
    assert!((1..20).contains(&seconds), "{seconds}");
    network.stop().await;
}

#[tokio::test]
async fn unanswered_outbound_call_ends_with_its_status() {
    for (picks, status) in [
        (RingResponse::Busy, "busy"),
        (RingResponse::NoAnswer, "no-answer"),
        (RingResponse::Failed, "failed"),
    ] {
        let product = Product::start().await;
        let network = network(&product).await;
        network.register(
            FRIEND,
            Behavior {
                picks,
                ..Behavior::default()
            },
        );
        let call = post(
            &network,
            "/Calls.json",
            &[
                ("To", FRIEND),
                ("From", NUMBER),
                ("Twiml", "<Response/>"),
                ("Timeout", "8"),
                ("StatusCallback", &product.url("/progress")),
            ],
        )
        .await;
        network.ended(call["sid"].as_str().expect("a SID")).await;
        network.quiet().await;
        assert_eq!(product.values("/progress", "CallStatus"), [status]);
        network.stop().await;
    }
}

#[tokio::test]
async fn machine_detection_is_sent_with_the_document_or_asynchronously() {
    let product = Product::start().await;
    product.at("/outbound", "<Pause length=\"10\"/>");
    let network = network(&product).await;
    network.register(
        FRIEND,
        Behavior {
            machine: "machine_end_beep".to_owned(),
            ..Behavior::default()
        },
    );
    let (url, beside) = (product.url("/outbound"), product.url("/machine"));
    let form = [
        ("To", FRIEND),
        ("From", NUMBER),
        ("Url", url.as_str()),
        ("MachineDetection", "DetectMessageEnd"),
    ];
    let call = post(&network, "/Calls.json", &form).await;
    network.ended(call["sid"].as_str().expect("a SID")).await;
    assert_eq!(product.values("/outbound", "AnsweredBy"), ["machine_end_beep"]);
    let more = [("AsyncAmd", "true"), ("AsyncAmdStatusCallback", beside.as_str())];
    let call = post(&network, "/Calls.json", &[&form[..], &more].concat()).await;
    network.ended(call["sid"].as_str().expect("a SID")).await;
    network.quiet().await;
    let [machine] = &product.requests("/machine")[..] else {
        panic!("called once")
    };
    assert_eq!(
        (machine.is("AnsweredBy"), machine.is("CallSid")),
        ("machine_end_beep", call["sid"].as_str().expect("a SID"))
    );
    assert!(!product.requests("/outbound")[1].params.contains_key("AnsweredBy"));
    network.stop().await;
}

#[tokio::test]
async fn call_is_canceled_completed_or_redirected_only_in_a_valid_state() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Pause length=\"3\"/><Say>first</Say><Pause length=\"3600\"/>",
        )
        .at("/second", "<Say>second</Say><Pause length=\"3600\"/>");
    let network = network(&product).await;
    network.register(
        FRIEND,
        Behavior {
            picks: RingResponse::NoAnswer,
            ..Behavior::default()
        },
    );
    let form = [
        ("To", FRIEND),
        ("From", NUMBER),
        ("Twiml", "<Response/>"),
        ("Timeout", "600"),
    ];
    let ringing = post(&network, "/Calls.json", &form).await;
    let path = format!("/Calls/{}.json", ringing["sid"].as_str().expect("a SID"));
    assert_eq!(
        refused(&network, &path, &[("Twiml", "<Response/>")]).await,
        (400, 21220)
    );
    assert_eq!(
        post(&network, &path, &[("Status", "canceled")]).await["status"],
        "canceled"
    );
    assert_eq!(refused(&network, &path, &[("Status", "completed")]).await, (400, 21220));

    let call = network.place(&super::typist()).expect("the call is placed");
    let path = format!("/Calls/{call}.json");
    until(&network, "the answer", |state| {
        state.call(&call).is_some_and(Call::is_in_progress)
    })
    .await;
    post(&network, &path, &[("Url", &product.url("/second"))]).await;
    until(&network, "the second document", |state| {
        state.call(&call).is_some_and(|call| call.sounds.len() == 2)
    })
    .await;
    assert_eq!(
        post(&network, &path, &[("Status", "completed")]).await["status"],
        "completed"
    );
    assert_eq!(refused(&network, &path, &[("Status", "completed")]).await, (400, 21220));
    network.quiet().await;
    assert_eq!(product.values("/status", "CallStatus"), ["completed"]);
    network.stop().await;
}

#[tokio::test]
async fn invalid_request_is_refused_with_twilios_error_code() {
    let product = Product::start().await;
    let network = network(&product).await;
    let url = product.url("/outbound");
    for (form, code) in [
        (vec![("From", NUMBER), ("Url", &*url)], 21201),
        (vec![("To", FRIEND), ("From", NUMBER)], 21205),
        (vec![("To", FRIEND), ("From", NUMBER), ("Url", "not a url")], 21205),
        (vec![("To", FRIEND), ("From", "+15045550199"), ("Url", &*url)], 21210),
        (vec![("To", "+1"), ("From", NUMBER), ("Url", &*url)], 21211),
        (vec![("To", FRIEND), ("From", "me"), ("Url", &*url)], 21212),
        (vec![("To", FRIEND), ("Url", &*url)], 21213),
        (vec![("To", "no-number"), ("From", NUMBER), ("Url", &*url)], 21217),
        (vec![("To", FRIEND), ("From", NUMBER), ("ApplicationSid", "AP0")], 21218),
        (vec![("To", FRIEND), ("From", NUMBER), ("Twiml", "hello")], 12100),
    ] {
        assert_eq!(refused(&network, "/Calls.json", &form).await, (400, code), "{form:?}");
    }
    for path in [
        "/Calls/CA0.json",
        "/Recordings/RE0.json",
        "/Conferences/CF0.json",
        "/Nothing.json",
    ] {
        let (status, body) = rest(&network, Method::GET, path, &[]).await;
        assert_eq!(
            (status, body["code"].as_u64()),
            (StatusCode::NOT_FOUND, Some(20404)),
            "{path}"
        );
        let said = format!("The requested resource /2010-04-01/Accounts/{ACCOUNT}{path} was not found");
        assert_eq!(body["message"], said.as_str());
        assert_eq!(body["more_info"], "https://www.twilio.com/docs/errors/20404");
        assert_eq!(body["status"], 404);
    }
    network.stop().await;
}

#[tokio::test]
async fn only_account_credentials_and_api_keys_authenticate() {
    let product = Product::start().await;
    let network = network_with(&product, |options| {
        options.api_keys = vec![("SK1".to_owned(), "secret".to_owned())];
    })
    .await;
    let client = client();
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", network.base_url);
    for (user, password, status) in [
        (ACCOUNT, TOKEN, 200),
        ("SK1", "secret", 200),
        (ACCOUNT, "wrong", 401),
        ("SK1", TOKEN, 401),
        ("", "", 401),
    ] {
        let answer = client
            .get(&url)
            .basic_auth(user, Some(password))
            .send()
            .await
            .expect("a response");
        assert_eq!(answer.status(), status, "{user}");
    }
    let other = url.replace(ACCOUNT, "AC00000000000000000000000000000000");
    let answer = client
        .get(other)
        .basic_auth(ACCOUNT, Some(TOKEN))
        .send()
        .await
        .expect("a response");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    network.stop().await;
}

#[tokio::test]
async fn numbers_are_listed_updated_and_created() {
    let product = Product::start().await;
    product.at("/elsewhere", "<Hangup/>");
    let network = network(&product).await;
    let found = get(&network, "/IncomingPhoneNumbers.json?PhoneNumber=%2B15045550100").await;
    let number = &found["incoming_phone_numbers"][0];
    assert_eq!(
        (number["phone_number"].as_str(), number["voice_method"].as_str()),
        (Some(NUMBER), Some("POST"))
    );
    assert_eq!(found["next_page_uri"].as_str(), None);
    let path = format!("/IncomingPhoneNumbers/{}.json", number["sid"].as_str().expect("a SID"));
    let changed = post(
        &network,
        &path,
        &[
            ("VoiceUrl", &product.url("/elsewhere")),
            ("VoiceMethod", "GET"),
            ("StatusCallback", ""),
        ],
    )
    .await;
    assert_eq!(
        (changed["voice_method"].as_str(), changed["status_callback"].as_str()),
        (Some("GET"), Some(""))
    );
    assert_eq!(
        refused(&network, &path, &[("VoiceUrl", "nonsense")]).await,
        (400, 21502)
    );
    assert_eq!(
        refused(&network, &path, &[("VoiceApplicationSid", "AP0")]).await,
        (400, 21218)
    );
    let call = network.place(&caller("")).expect("the call is placed");
    network.ended(&call).await;
    assert_eq!(product.requests("/elsewhere")[0].method, "GET");
    post(&network, &path, &[("VoiceApplicationSid", APPLICATION)]).await;
    product.at("/browser", "<Hangup/>");
    let call = network.place(&caller("")).expect("the call is placed");
    network.ended(&call).await;
    assert_eq!(product.requests("/browser").len(), 1);
    let bought = post(
        &network,
        "/IncomingPhoneNumbers.json",
        &[("PhoneNumber", "+15045550101")],
    )
    .await;
    assert_eq!(bought["friendly_name"], "+15045550101");
    assert_eq!(
        refused(&network, "/IncomingPhoneNumbers.json", &[("PhoneNumber", NUMBER)]).await,
        (400, 21422)
    );
    network.stop().await;
}

#[tokio::test]
async fn lists_are_paged() {
    let product = Product::start().await;
    let network = network_with(&product, |options| options.between_calls = std::time::Duration::ZERO).await;
    for _ in 0..5 {
        post(
            &network,
            "/Calls.json",
            &[("To", FRIEND), ("From", NUMBER), ("Twiml", "<Response/>")],
        )
        .await;
    }
    let mut path = "/Calls.json?PageSize=2&From=%2B15045550100".to_owned();
    let mut sizes = Vec::new();
    loop {
        let page = get(&network, &path).await;
        sizes.push(page["calls"].as_array().expect("a list").len());
        let Some(next) = page["next_page_uri"].as_str() else {
            break;
        };
        path = next
            .strip_prefix(&format!("/2010-04-01/Accounts/{ACCOUNT}"))
            .expect("its own path")
            .to_owned();
    }
    assert_eq!(sizes, [2, 2, 1]);
    network.stop().await;
}

#[tokio::test]
async fn outbound_calls_are_placed_one_per_second() {
    let product = Product::start().await;
    let network = network(&product).await;
    for _ in 0..3 {
        post(
            &network,
            "/Calls.json",
            &[("To", FRIEND), ("From", NUMBER), ("Twiml", "<Response/>")],
        )
        .await;
    }
    network.quiet().await;
    let mut rang: Vec<_> = network
        .switch()
        .state()
        .calls
        .iter()
        .map(|call| call.timeline[0].at)
        .collect();
    rang.sort();
    for pair in rang.windows(2) {
        assert!((pair[1] - pair[0]).num_milliseconds() >= 990, "{rang:?}");
    }
    network.stop().await;
}
