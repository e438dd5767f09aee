//! Lists, page by page (<https://www.twilio.com/docs/usage/twilios-response#paging-information>).

use super::send::{Ask, parse};
use super::{TwilioError, TwilioRest};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The most that Twilio gives at once.
pub(super) const PAGE_SIZE: u32 = 1000;
/// More pages than any list that we ask for has: a list without end would be a fault.
const MOST_PAGES: usize = 50;

impl TwilioRest {
    /// Everything in a list; `key` is its name in the answer.
    pub(super) async fn all<T: DeserializeOwned>(&self, mut ask: Ask<'_>, key: &str) -> Result<Vec<T>, TwilioError> {
        let malformed = || TwilioError::Malformed(format!("the list of {key} is not as documented"));
        ask.params = ask.params.with("PageSize", PAGE_SIZE);
        let mut url = self.url(ask.path)?;
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let body = self.body(&ask, url.clone()).await?;
            let mut page: Value = parse(ask.resource, &body)?;
            let items = page.get_mut(key).map(Value::take).ok_or_else(malformed)?;
            all.extend(serde_json::from_value::<Vec<T>>(items).map_err(|_| malformed())?);
            match page["next_page_uri"].as_str() {
                None | Some("") => return Ok(all),
                // Path and query alone are taken: who answers is not for an answer to decide.
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
        Err(TwilioError::Malformed(format!("the list of {key} has no end")))
    }

    /// The path as Twilio writes it in its answers, which know nothing of where they are served.
    fn path_below_base(&self, url: &url::Url) -> String {
        let base = self.0.base.path().trim_end_matches('/');
        url.path().strip_prefix(base).unwrap_or(url.path()).to_owned()
    }
}
