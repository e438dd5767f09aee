//! Documents that cannot be executed.

use super::{Product, Reply, caller, network, network_with};

async fn errors_of(product: &Product) -> (Vec<u32>, Vec<String>) {
    let network = network(product).await;
    let call = network.place(&caller("")).expect("it rings");
    let heard = network.ended(&call).await.expect("a call").heard;
    let errors = network.exchange().state().call(&call).expect("the call").errors.clone();
    network.stop().await;
    (errors.into_iter().map(|(code, _)| code).collect(), heard)
}

#[tokio::test]
async fn a_caller_hears_of_an_error_and_the_call_ends() {
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
        // A 5xx is not tried again.
        assert_eq!(product.got("/voice").len(), 1);
    }
}

#[tokio::test]
async fn a_fallback_is_asked_once_and_told_of_the_error() {
    let product = Product::start().await;
    product
        .at("/voice", Reply::status(503))
        .at("/fallback", "<Say>We are back</Say>");
    let fallback = product.url("/fallback");
    let network = network_with(&product, |options| {
        options.numbers[0].voice_fallback_url = Some(fallback);
    })
    .await;
    let call = network.place(&caller("")).expect("it rings");
    let heard = network.ended(&call).await.expect("a call").heard;
    assert_eq!(heard, ["We are back"]);
    let [asked] = &product.got("/fallback")[..] else {
        panic!("asked once")
    };
    assert_eq!(
        (asked.is("ErrorCode"), asked.is("ErrorUrl")),
        ("11200", product.url("/voice").as_str())
    );
    network.stop().await;
}

#[tokio::test]
async fn a_stream_goes_to_a_secure_web_socket_without_a_query() {
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
