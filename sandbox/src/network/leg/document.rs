//! Fetches and parses TwiML documents, and resolves their URLs.

use super::{Interrupt, Leg};
use crate::network::switch::Source;
use crate::network::twiml::{self, Document, Hook, Play, Prompt, Verb};
use crate::network::webhook::{Address, Answer, WebhookRequest};
use url::Url;

/// A document and its URL, against which relative URLs are resolved.
pub(super) struct LoadedDocument {
    pub document: Document,
    /// `None` for a document that was sent with a REST request.
    pub address: Option<Address>,
}

impl LoadedDocument {
    /// Resolves a URL of the document.
    pub fn resolve(&self, hook: &Hook) -> Result<Address, Interrupt> {
        let base = self.address.as_ref().and_then(|address| Url::parse(&address.url).ok());
        let url = match base {
            Some(base) => base.join(&hook.url),
            None => Url::parse(&hook.url),
        };
        match url {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Address {
                url: url.into(),
                get: hook.get,
            }),
            _ => Err(Interrupt::Failed {
                code: 11100,
                message: "a URL in the document does not resolve to an absolute HTTP URL".into(),
                url: self.address.as_ref().map(|address| address.url.clone()),
            }),
        }
    }

    /// The URL of an action; by default the document's own.
    pub fn action(&self, action: Option<&Hook>, get: bool) -> Result<Address, Interrupt> {
        match (action, &self.address) {
            (Some(hook), _) => self.resolve(hook),
            (None, Some(own)) => Ok(Address {
                // Includes the fragment with its connection overrides.
                url: own.url.clone(),
                get,
            }),
            (None, None) => Err(Interrupt::Failed {
                code: 11100,
                message: "a document sent with a REST request needs an action with an absolute URL".into(),
                url: None,
            }),
        }
    }
}

impl Leg {
    /// Requests and parses a document.
    pub(super) async fn load(&mut self, source: Source) -> Result<LoadedDocument, Interrupt> {
        let (address, extra) = match source {
            Source::Twiml(text) => {
                let document = twiml::parse(&text).map_err(|error| Interrupt::refused(error, None))?;
                return Ok(LoadedDocument {
                    document,
                    address: None,
                });
            }
            Source::Ask { address, extra } => (address, extra),
        };
        let answer = self.request_document("document", &address, extra).await?;
        let document = Self::read(&answer, &address)?;
        Ok(LoadedDocument {
            document,
            address: Some(address),
        })
    }

    /// Requests a document from the service.
    pub(super) async fn request_document(
        &mut self,
        why: &'static str,
        address: &Address,
        extra: Vec<(String, String)>,
    ) -> Result<Answer, Interrupt> {
        let mut params = self.standard();
        params.append(&mut self.custom);
        params.extend(extra);
        let webhook = WebhookRequest {
            call_sid: self.sid.clone(),
            why,
            address: address.clone(),
            params,
            token: self.net.token(),
        };
        self.send_webhook(webhook).await
    }

    /// <https://www.twilio.com/docs/voice/twiml#twilio-understands-mime-types>
    pub(super) fn read(answer: &Answer, address: &Address) -> Result<Document, Interrupt> {
        let url = Some(address.url.as_str());
        match answer.content_type.as_str() {
            "text/xml" | "application/xml" | "text/html" => {
                let text = std::str::from_utf8(&answer.body).map_err(|_| Interrupt::Failed {
                    code: 12100,
                    message: "not UTF-8".to_owned(),
                    url: url.map(str::to_owned),
                })?;
                twiml::parse(text).map_err(|error| Interrupt::refused(error, url))
            }
            // An audio file is played.
            kind if kind.starts_with("audio/") => Ok(Document {
                verbs: vec![Verb::Prompt(Prompt::Play(Play::File {
                    url: address.url.clone(),
                    times: 1,
                }))],
            }),
            kind => Err(Interrupt::Failed {
                code: 12300,
                message: format!("unsupported document type {kind:?}"),
                url: url.map(str::to_owned),
            }),
        }
    }
}
