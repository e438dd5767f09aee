//! Pagination of lists (<https://www.twilio.com/docs/usage/twilios-response#paging-information>).

use super::send::{Ask, parse};
use super::{TwilioError, TwilioRest};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Items per page, Twilio's maximum.
pub(super) const PAGE_SIZE: u32 = 1000;
/// Page limit, more than any requested list has; protects against endless pagination.
const MAX_PAGES: usize = 50;

impl TwilioRest {
    /// Fetches all items of a list; `key` is its name in the response.
    pub(super) async fn all<T: DeserializeOwned>(&self, mut ask: Ask<'_>, key: &str) -> Result<Vec<T>, TwilioError> {
        let malformed = || TwilioError::Malformed(format!("list of {key}: unexpected format"));
        ask.params = ask.params.with("PageSize", PAGE_SIZE);
        let mut url = self.url(ask.path)?;
        let mut all = Vec::new();
        for _ in 0..MAX_PAGES {
            let body = self.body(&ask, url.clone()).await?;
            let mut page: Value = parse(ask.resource, &body)?;
            let items = page.get_mut(key).map(Value::take).ok_or_else(malformed)?;
            all.extend(serde_json::from_value::<Vec<T>>(items).map_err(|_| malformed())?);
            match page["next_page_uri"].as_str() {
                None | Some("") => return Ok(all),
                // Only path and query are used, so a response cannot redirect requests to another host.
                Some(next) => {
                    let (path, query) = next.split_once('?').unwrap_or((next, ""));
                    if path != self.path_below_base(&url) {
                        return Err(malformed());
                    }
                    url.set_query(Some(query));
                    ask.params = super::params::Params::new();
                }
            }
        }
        Err(TwilioError::Malformed(format!("list of {key}: more than 50 pages")))
    }

    /// The path as in Twilio's responses, relative to the base URL.
    fn path_below_base(&self, url: &url::Url) -> String {
        let base = self.0.base.path().trim_end_matches('/');
        url.path().strip_prefix(base).unwrap_or(url.path()).to_owned()
    }
}
