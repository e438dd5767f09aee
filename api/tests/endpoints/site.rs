//! The dashboard's files, as browsers and caches want them; and what there is without them.

use crate::harness::{Client, Service};
use reqwest::Method;
use std::path::Path;

/// Whether the dashboard was built: then it is in the program.
fn is_built() -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../web/dist/site/index.html")
        .is_file()
}

/// The addresses of a page's scripts and styles.
fn assets(page: &str) -> Vec<&str> {
    let marked = page.split("=\"/assets/").skip(1);
    marked.filter_map(|rest| rest.split('"').next()).collect()
}

async fn asks_for_nothing_twice(nobody: &Client, path: &str, caching: &str) {
    let first = nobody.get(path).await.is(200);
    assert_eq!(first.headers["cache-control"], caching, "{path}");
    let tag = first.headers["etag"].to_str().expect("a tag").to_owned();
    let again = nobody.send(Method::GET, path, None, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path}");
    nobody
        .send(Method::GET, path, None, &[("if-none-match", "\"other\"")])
        .await
        .is(200);
}

#[tokio::test]
async fn the_first_page_is_the_dashboard_or_says_how_to_build_it() {
    let service = Service::start().await;
    let nobody = service.nobody();
    let page = nobody.get("/").await.is(200);
    assert!(
        page.headers["content-type"]
            .to_str()
            .is_ok_and(|kind| kind.starts_with("text/html"))
    );
    if !is_built() {
        assert!(page.text.contains("make web"), "{}", page.text);
        nobody.get("/calls").await.problem(404, "not-found", &[]);
        return;
    }
    assert!(page.text.contains("id=\"root\""), "{}", page.text);
    // The page finds its way by itself, wherever somebody begins.
    for path in ["/calls", "/calls/CA1", "/live"] {
        assert_eq!(nobody.get(path).await.is(200).text, page.text, "{path}");
    }
    asks_for_nothing_twice(&nobody, "/", "no-cache").await;
    let assets = assets(&page.text);
    assert!(
        assets
            .iter()
            .any(|name| Path::new(name).extension().is_some_and(|it| it == "js")),
        "{assets:?}"
    );
    for name in assets {
        asks_for_nothing_twice(
            &nobody,
            &format!("/assets/{name}"),
            "public, max-age=31536000, immutable",
        )
        .await;
    }
}

#[tokio::test]
async fn what_is_no_page_is_not_answered_with_one() {
    let service = Service::start().await;
    let nobody = service.nobody();
    for path in [
        "/api/nowhere",
        "/twilio/nowhere",
        "/health/nowhere",
        "/assets/none.js",
        "/robots.txt",
        "/.env",
    ] {
        nobody.get(path).await.problem(404, "not-found", &[]);
    }
    nobody
        .send(Method::POST, "/calls", None, &[])
        .await
        .problem(405, "method-not-allowed", &[]);
}
