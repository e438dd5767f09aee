//! The dashboard's files and their caching headers, and the start page without a build.

use crate::harness::{Client, Service};
use reqwest::Method;
use std::path::Path;

/// Whether the dashboard was built and is embedded.
fn is_built() -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../web/dist/site/index.html")
        .is_file()
}

/// The paths of a page's scripts and styles.
fn assets(page: &str) -> Vec<&str> {
    let marked = page.split("=\"/assets/").skip(1);
    marked.filter_map(|rest| rest.split('"').next()).collect()
}

async fn assert_cached(anonymous: &Client, path: &str, caching: &str) {
    let first = anonymous.get(path).await.is(200);
    assert_eq!(first.headers["cache-control"], caching, "{path}");
    let tag = first.headers["etag"].to_str().expect("a tag").to_owned();
    let again = anonymous
        .send(Method::GET, path, None, &[("if-none-match", &tag)])
        .await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path}");
    anonymous
        .send(Method::GET, path, None, &[("if-none-match", "\"other\"")])
        .await
        .is(200);
}

#[tokio::test]
async fn root_serves_the_dashboard_or_build_instructions() {
    let service = Service::start().await;
    let anonymous = service.anonymous();
    let page = anonymous.get("/").await.is(200);
    assert!(
        page.headers["content-type"]
            .to_str()
            .is_ok_and(|kind| kind.starts_with("text/html"))
    );
    if !is_built() {
        assert!(page.text.contains("make web"), "{}", page.text);
        anonymous.get("/calls").await.problem(404, "not-found", &[]);
        return;
    }
    assert!(page.text.contains("id=\"root\""), "{}", page.text);
    // Every path of the dashboard serves the same page.
    for path in ["/calls", "/calls/CA1", "/live"] {
        assert_eq!(anonymous.get(path).await.is(200).text, page.text, "{path}");
    }
    assert_cached(&anonymous, "/", "no-cache").await;
    let assets = assets(&page.text);
    assert!(
        assets
            .iter()
            .any(|name| Path::new(name).extension().is_some_and(|it| it == "js")),
        "{assets:?}"
    );
    for name in assets {
        assert_cached(
            &anonymous,
            &format!("/assets/{name}"),
            "public, max-age=31536000, immutable",
        )
        .await;
    }
}

#[tokio::test]
async fn unknown_api_and_file_paths_are_404() {
    let service = Service::start().await;
    let anonymous = service.anonymous();
    for path in [
        "/api/nowhere",
        "/twilio/nowhere",
        "/health/nowhere",
        "/assets/none.js",
        "/robots.txt",
        "/.env",
    ] {
        anonymous.get(path).await.problem(404, "not-found", &[]);
    }
    anonymous
        .send(Method::POST, "/calls", None, &[])
        .await
        .problem(405, "method-not-allowed", &[]);
}
