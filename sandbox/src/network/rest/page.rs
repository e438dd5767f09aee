//! Paged lists. <https://www.twilio.com/docs/usage/twilios-response#response-formats-list-paging-information>

use super::form::Form;
use axum::Json;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use url::form_urlencoded;

const DEFAULT_PAGE_SIZE: usize = 50;
const MAX_PAGE_SIZE: usize = 1_000;

/// One page of `found`, under the key `name`.
pub(super) fn page(uri: &Uri, query: &Form, name: &str, found: &[Value]) -> Response {
    let number = |name: &str| query.filled(name).and_then(|value| value.parse::<usize>().ok());
    let size = number("PageSize").unwrap_or(DEFAULT_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE);
    let page = number("Page").unwrap_or(0);
    let start = page.saturating_mul(size).min(found.len());
    let end = (start + size).min(found.len());
    let link = |page: usize, token: Option<&str>| {
        let mut link = form_urlencoded::Serializer::new(String::new());
        let own = ["Page", "PageSize", "PageToken"];
        link.extend_pairs(query.pairs().iter().filter(|(key, _)| !own.contains(&key.as_str())));
        link.append_pair("PageSize", &size.to_string());
        link.append_pair("Page", &page.to_string());
        if let Some(token) = token {
            link.append_pair("PageToken", token);
        }
        format!("{}?{}", uri.path(), link.finish())
    };
    let token = |item: Option<&Value>, prefix: &str| {
        let sid = item
            .and_then(|item| item.get("sid").or(item.get("call_sid")))?
            .as_str()?;
        Some(format!("{prefix}{sid}"))
    };
    let next = (end < found.len()).then(|| link(page + 1, token(found.get(end.wrapping_sub(1)), "PA").as_deref()));
    let previous = (page > 0).then(|| link(page - 1, token(found.get(start), "PB").as_deref()));
    let mut body = json!({
        "page": page,
        "page_size": size,
        "start": start,
        "end": if end > start { end - 1 } else { start },
        "uri": link(page, query.filled("PageToken")),
        "first_page_uri": link(0, None),
        "next_page_uri": next,
        "previous_page_uri": previous,
    });
    body[name] = Value::Array(found[start..end].to_vec());
    Json(body).into_response()
}

/// Newest first, as Twilio lists.
pub(super) fn newest_first(mut found: Vec<Value>) -> Vec<Value> {
    found.reverse();
    found
}
