//! Calls from a browser through the application, with custom parameters.

use super::{APPLICATION, NUMBER, Product, network, types, until};
use sandbox::network::scenario::Scenario;
use sandbox::network::switch::{State, TimelineEvent};

fn browser(steps: &str) -> Scenario {
    let text = format!(
        "description = 'test'\n[caller]\nfrom = 'client:desk'\nparameters = {{ To = '+15045550111', call_id = '7' }}\nsteps = [{steps}]"
    );
    Scenario::from_toml(&text).expect("a scenario")
}

#[tokio::test]
async fn browser_call_dials_through_the_application() {
    let product = Product::start().await;
    product.at(
        "/browser",
        &*format!("<Dial callerId=\"{NUMBER}\" action=\"/dialed\"><Number>+15045550111</Number></Dial>"),
    );
    product.at("/dialed", "<Hangup/>");
    let network = network(&product).await;
    let call = network
        .place(&browser("{ on = 'connected', say = 'hello' }, { hang_up = true }"))
        .expect("the call is placed");
    let report = network.ended(&call).await.expect("a call");
    network.quiet().await;
    assert_eq!(report.unmet, [""; 0]);
    let [asked] = &product.requests("/browser")[..] else {
        panic!("requested once")
    };
    assert_eq!((asked.is("From"), asked.is("To")), ("client:desk", "+15045550111"));
    assert_eq!((asked.is("ApplicationSid"), asked.is("call_id")), (APPLICATION, "7"));
    assert_eq!(asked.is("Direction"), "inbound");
    assert!(
        !product.requests("/dialed")[0].params.contains_key("call_id"),
        "sent once"
    );
    assert_eq!(product.values("/browser-status", "CallStatus"), ["completed"]);
    network.stop().await;
}

#[tokio::test]
async fn browser_dialing_a_number_without_caller_id_is_error_13214() {
    let product = Product::start().await;
    product.at("/browser", "<Dial>+15045550111</Dial>");
    let network = network(&product).await;
    let call = network.place(&browser("")).expect("the call is placed");
    network.ended(&call).await;
    assert_eq!(
        network.switch().state().call(&call).expect("the call").errors[0].0,
        13214
    );
    network.stop().await;
}

#[tokio::test]
async fn typing_browser_is_answered_by_a_replying_party() {
    let product = Product::start().await;
    product.at(
        "/browser",
        &*format!("<Dial callerId=\"{NUMBER}\"><Number>+15045550123</Number></Dial>"),
    );
    let network = network(&product).await;
    let text =
        "description = 'test'\n[caller]\nfrom = 'client:desk'\ntyped = true\nparameters = { To = '+15045550123' }";
    let call = network
        .place(&Scenario::from_toml(text).expect("a scenario"))
        .expect("the call is placed");
    let hears = |words: &'static str| {
        let call = call.clone();
        move |state: &mut State| {
            let call = state.call(&call).expect("the call");
            call.timeline
                .iter()
                .any(|entry| matches!(&entry.event, TimelineEvent::Heard { text, .. } if text.contains(words)))
        }
    };
    until(&network, "hello", hears("Hello?")).await;
    types(&network, &call, "{\"say\": \"Good morning\"}").await;
    until(&network, "a response", hears("no real person was called")).await;
    types(&network, &call, "{\"say\": \"I see\"}").await;
    until(&network, "another answer", hears("I am listening")).await;
    types(&network, &call, "{\"hang_up\": true}").await;
    network.ended(&call).await.expect("a call");
    network.stop().await;
}
