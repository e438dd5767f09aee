//! WebSocket connections to the service: a signed upgrade, and Twilio's error code for each failure.
//!
//! The URL is `wss://` and is signed as such, without parameters
//! (<https://www.twilio.com/docs/usage/security#validating-signatures-from-twilio>). The routes of other requests
//! apply: a route for `https://calls.example.com` also covers `wss://calls.example.com`, and so does one for
//! `http://calls.example.com`, for a service without TLS. There are no retries.

use super::WebhookClient;
use crate::network::webhook::Failure;
use crate::twilio::signature;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, handshake::client::Request};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_tls_with_config};
use url::Url;

/// An open WebSocket.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Bounds the TCP connection and, separately, the upgrade.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum size of one message of the service: four minutes of audio.
const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

impl WebhookClient {
    /// Opens a WebSocket.
    ///
    /// # Errors
    /// 31901 and 31902 without a connection, 31910 without TLS, 31920 without an upgrade.
    pub async fn open_socket(&self, url: &str) -> Result<Socket, Failure> {
        let request = self
            .upgrade(url)
            .map_err(|error| failure(31920, "Handshake Error", error))?;
        let destination =
            Url::parse(&request.uri().to_string()).map_err(|error| failure(31920, "Handshake Error", error))?;
        let (Some(host), Some(port)) = (destination.host_str(), destination.port_or_known_default()) else {
            return Err(failure(31920, "Handshake Error", "the URL has no host"));
        };
        // IPv6 addresses have brackets in a URL, but not here.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let connected = match timeout(CONNECT_TIMEOUT, TcpStream::connect((host, port))).await {
            Ok(Ok(connected)) => connected,
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                return Err(failure(31902, "Connection Refused", error));
            }
            Ok(Err(error)) => return Err(failure(31901, "Connection Timeout", error)),
            Err(_elapsed) => return Err(failure(31901, "Connection Timeout", "no connection in time")),
        };
        connected
            .set_nodelay(true)
            .map_err(|error| failure(31901, "Connection Timeout", error))?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let is_secure = destination.scheme() == "wss";
        let upgraded = client_async_tls_with_config(request, connected, Some(config), None);
        match timeout(CONNECT_TIMEOUT, upgraded).await {
            Ok(Ok((socket, _response))) => Ok(socket),
            Ok(Err(tungstenite::Error::Http(response))) => {
                let why = format!("the service answered {}", response.status().as_u16());
                Err(failure(31920, "Handshake Error", why))
            }
            Ok(Err(error @ (tungstenite::Error::Io(_) | tungstenite::Error::Tls(_)))) if is_secure => {
                Err(failure(31910, "SSL Protocol Error", error))
            }
            Ok(Err(error)) => Err(failure(31920, "Handshake Error", error)),
            Err(_elapsed) => Err(failure(31901, "Connection Timeout", "no answer in time")),
        }
    }

    /// The URL to connect to, after routing.
    fn socket_destination(&self, url: &str) -> String {
        let as_web = |web| with_scheme(url, [("wss://", web), ("ws://", "http://")]);
        let routed = [url.to_owned(), as_web("https://"), as_web("http://")]
            .into_iter()
            .map(|asked| (self.destination(&asked), asked))
            .find_map(|(found, asked)| (found != asked).then_some(found));
        with_scheme(
            &routed.unwrap_or_else(|| url.to_owned()),
            [("https://", "wss://"), ("http://", "ws://")],
        )
    }

    fn upgrade(&self, url: &str) -> Result<Request, tungstenite::Error> {
        let mut request = self.socket_destination(url).into_client_request()?;
        let signature = HeaderValue::try_from(signature::sign(&self.auth_token, url, &[]))
            .map_err(|error| tungstenite::Error::HttpFormat(error.into()))?;
        request.headers_mut().insert(signature::HEADER, signature);
        request
            .headers_mut()
            .insert(header::USER_AGENT, HeaderValue::from_static("Twilio.TmeWs/1.0"));
        Ok(request)
    }
}

fn with_scheme(url: &str, changes: [(&str, &str); 2]) -> String {
    changes
        .into_iter()
        .find_map(|(from, to)| url.strip_prefix(from).map(|rest| format!("{to}{rest}")))
        .unwrap_or_else(|| url.to_owned())
}

fn failure(code: u32, name: &str, why: impl std::fmt::Display) -> Failure {
    Failure {
        code,
        message: format!("Stream - WebSocket - {name}: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_route_also_covers_web_sockets() {
        let route = |public: &str, real: &str| (public.to_owned(), real.to_owned());
        let webhook_client = WebhookClient::new(
            "12345",
            vec![
                route("https://calls.example.com", "http://127.0.0.1:3000"),
                route("https://far.example.com", "https://near.example.com/base"),
                route("wss://media.example.com", "ws://127.0.0.1:4000"),
                route("http://plain.example.com", "http://127.0.0.1:5000"),
            ],
        )
        .expect("a client");
        for (public, real) in [
            ("wss://calls.example.com/media", "ws://127.0.0.1:3000/media"),
            ("wss://far.example.com/media", "wss://near.example.com/base/media"),
            ("wss://media.example.com/", "ws://127.0.0.1:4000/"),
            ("wss://plain.example.com/media", "ws://127.0.0.1:5000/media"),
            ("wss://elsewhere.example.com/", "wss://elsewhere.example.com/"),
        ] {
            assert_eq!(webhook_client.socket_destination(public), real);
        }
    }

    #[test]
    fn signature_covers_the_public_url_only() {
        let webhook_client = WebhookClient::new("12345", vec![]).expect("a client");
        let request = webhook_client.upgrade("wss://example.com/media").expect("a request");
        assert_eq!(
            request.headers()[signature::HEADER],
            signature::sign("12345", "wss://example.com/media", &[]).as_str()
        );
    }
}
