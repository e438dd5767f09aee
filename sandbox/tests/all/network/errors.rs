//! Documents that cannot be executed.

use super::{Product, Reply, caller, network, network_with};

async fn errors_of(product: &Product) -> (Vec<u32>, Vec<String>) {
    let network = network(product).await;
    let call = network.place(&caller("")).expect("the call is placed");
    let heard = network.ended(&call).await.expect("a call").heard;
    let errors = network.switch().state().call(&call).expect("the call").errors.clone();
    network.stop().await;
    (errors.into_iter().map(|(code, _)| code).collect(), heard)
}

#[tokio::test]
async fn failing_document_plays_the_error_message_and_ends_the_call() {
    for (reply, code) in [
        (Reply::from("<Shout>hello</Shout>"), 12200),
        (Reply::from("<Say speed=\"9\">hello</Say>"), 12200),
        (Reply::of("text/xml", "<Response><Say>hello</Response>"), 12100),
        (Reply::of("application/json", "{}"), 12300),
        (Reply::status(500), 11200),
        (Reply::status(404), 11200),
        (Reply::status(302), 11200),
    ] {
        let product = Product::start().await;
        product.at("/voice", reply.clone());
        let (codes, heard) = errors_of(&product).await;
        assert_eq!(codes, [code], "{reply:?}");
        assert!(heard[0].contains("application error"), "{heard:?}");
        // A 5xx is not retried.
        assert_eq!(product.requests("/voice").len(), 1);
    }
}

#[tokio::test]
async fn fallback_is_requested_once_with_the_error() {
    let product = Product::start().await;
    product
        .at("/voice", Reply::status(503))
        .at("/fallback", "<Say>We are back</Say>");
    let fallback = product.url("/fallback");
    let network = network_with(&product, |options| {
        options.numbers[0].voice_fallback_url = Some(fallback);
    })
    .await;
    let call = network.place(&caller("")).expect("the call is placed");
    let heard = network.ended(&call).await.expect("a call").heard;
    assert_eq!(heard, ["We are back"]);
    let [asked] = &product.requests("/fallback")[..] else {
        panic!("requested once")
    };
    assert_eq!(
        (asked.is("ErrorCode"), asked.is("ErrorUrl")),
        ("11200", product.url("/voice").as_str())
    );
    network.stop().await;
}

#[tokio::test]
async fn stream_url_must_be_wss_without_a_query() {
    for (url, code) in [
        ("ws://example.com/media", 31922),
        ("https://example.com/media", 31922),
        ("wss://example.com/media?call=7", 31920),
    ] {
        let product = Product::start().await;
        product.at("/voice", &*format!("<Connect><Stream url=\"{url}\"/></Connect>"));
        let (codes, heard) = errors_of(&product).await;
        assert_eq!(codes, [code], "{url}");
        assert!(heard[0].contains("application error"), "{heard:?}");
    }
}
