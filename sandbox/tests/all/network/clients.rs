//! Browsers: calling by the application, with custom parameters.

use super::{APPLICATION, NUMBER, Product, network, types, until};
use sandbox::network::exchange::{State, What};
use sandbox::network::scenario::Scenario;

fn browser(steps: &str) -> Scenario {
    let text = format!(
        "description = 'test'\n[caller]\nfrom = 'client:desk'\nparameters = {{ To = '+15045550111', call_id = '7' }}\nsteps = [{steps}]"
    );
    Scenario::from_toml(&text).expect("a scenario")
}

#[tokio::test]
async fn a_browser_calls_somebody_through_the_application() {
    let product = Product::start().await;
    product.at(
        "/browser",
        &*format!("<Dial callerId=\"{NUMBER}\" action=\"/dialled\"><Number>+15045550111</Number></Dial>"),
    );
    product.at("/dialled", "<Hangup/>");
    let network = network(&product).await;
    let call = network
        .place(&browser("{ on = 'connected', say = 'hello' }, { hang_up = true }"))
        .expect("it rings");
    let verdict = network.ended(&call).await.expect("a call");
    network.quiet().await;
    assert_eq!(verdict.disappointments, [""; 0]);
    let [asked] = &product.got("/browser")[..] else {
        panic!("asked once")
    };
    assert_eq!((asked.is("From"), asked.is("To")), ("client:desk", "+15045550111"));
    assert_eq!((asked.is("ApplicationSid"), asked.is("call_id")), (APPLICATION, "7"));
    assert_eq!(asked.is("Direction"), "inbound");
    assert!(!product.got("/dialled")[0].params.contains_key("call_id"), "said once");
    assert_eq!(product.told("/browser-status", "CallStatus"), ["completed"]);
    network.stop().await;
}

#[tokio::test]
async fn a_browser_needs_a_caller_id_for_a_number() {
    let product = Product::start().await;
    product.at("/browser", "<Dial>+15045550111</Dial>");
    let network = network(&product).await;
    let call = network.place(&browser("")).expect("it rings");
    network.ended(&call).await;
    assert_eq!(
        network.exchange().state().call(&call).expect("the call").errors[0].0,
        13214
    );
    network.stop().await;
}

#[tokio::test]
async fn who_types_in_a_browser_is_answered_by_somebody_who_talks() {
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
        .expect("it rings");
    let hears = |words: &'static str| {
        let call = call.clone();
        move |state: &mut State| {
            let call = state.call(&call).expect("the call");
            call.moments
                .iter()
                .any(|moment| matches!(&moment.what, What::Heard { text, .. } if text.contains(words)))
        }
    };
    until(&network, "hello", hears("Hello?")).await;
    types(&network, &call, "{\"say\": \"Good morning\"}").await;
    until(&network, "an answer", hears("nobody real was called")).await;
    types(&network, &call, "{\"say\": \"I see\"}").await;
    until(&network, "another answer", hears("I am listening")).await;
    types(&network, &call, "{\"hang_up\": true}").await;
    network.ended(&call).await.expect("a call");
    network.stop().await;
}
