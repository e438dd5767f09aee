//! The client of an S3-compatible store: whose address it is, and how buckets are addressed there.

use aws_config::BehaviorVersion;
use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Region, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;
use url::{Host, Url};

const DEFAULT_REGION: &str = "us-east-1";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const MAX_ATTEMPTS: u32 = 3;
/// Variables of Amazon's SDK with the address of another store, the more specific first.
const ENDPOINT_VARIABLES: [&str; 2] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];
/// Variable of Amazon's SDK that says not to use the others.
const IGNORE_VARIABLE: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

/// Where an S3-compatible store is, and how buckets are addressed.
#[derive(Clone, Debug, Default)]
pub struct S3Options {
    /// The address of a store other than Amazon's. `None`: by the variables of Amazon's SDK, otherwise Amazon's.
    pub endpoint: Option<String>,
    pub path_style: PathStyle,
}

impl From<Option<&str>> for S3Options {
    fn from(endpoint: Option<&str>) -> Self {
        Self {
            endpoint: endpoint.map(str::to_owned),
            path_style: PathStyle::default(),
        }
    }
}

/// How a bucket is addressed: in the path (`https://store/bucket/key`) or in the host (`https://bucket.store/key`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathStyle {
    /// Found out with the first request: Amazon wants the host, most others accept the path, and some want the host.
    #[default]
    Auto,
    Path,
    Host,
}

impl FromStr for PathStyle {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "auto" => Ok(Self::Auto),
            "true" => Ok(Self::Path),
            "false" => Ok(Self::Host),
            _ => Err(()),
        }
    }
}

/// The clients with which a bucket may be addressed.
#[derive(Debug)]
pub(super) struct Clients {
    usual: Client,
    /// `None` if the style is known.
    other: Option<Client>,
    /// Whether the other one is right, once it was found out.
    is_other: OnceLock<bool>,
}

impl Clients {
    pub(super) async fn new(options: &S3Options) -> Self {
        let endpoint = options.endpoint.clone().or_else(configured_endpoint);
        let (is_path, is_known) = match (options.path_style, &endpoint) {
            (PathStyle::Path, _) => (true, true),
            (PathStyle::Host, _) | (PathStyle::Auto, None) => (false, true),
            (PathStyle::Auto, Some(endpoint)) => (true, !may_have_subdomains(endpoint)),
        };
        let other = if is_known {
            None
        } else {
            Some(client(endpoint.as_deref(), !is_path).await)
        };
        Self {
            usual: client(endpoint.as_deref(), is_path).await,
            other,
            is_other: OnceLock::new(),
        }
    }

    /// The client to use; until it was found out which one is right, the usual one.
    pub(super) fn current(&self) -> &Client {
        match &self.other {
            Some(other) if self.is_other.get() == Some(&true) => other,
            _ => &self.usual,
        }
    }

    /// The clients to try: one if it is known which is right.
    pub(super) fn candidates(&self) -> Vec<&Client> {
        match (&self.other, self.is_other.get()) {
            (Some(other), None) => vec![&self.usual, other],
            _ => vec![self.current()],
        }
    }

    /// Whether it is still to be found out which client is right.
    pub(super) fn is_undecided(&self) -> bool {
        self.candidates().len() > 1
    }

    /// Decides for a candidate by its number.
    pub(super) fn decide(&self, candidate: usize) {
        if self.other.is_some() && self.is_other.set(candidate == 1).is_ok() {
            let style = if candidate == 1 { "host" } else { "path" };
            tracing::info!(style, "recording store addresses buckets by this part of the URL");
        }
    }
}

fn configured_endpoint() -> Option<String> {
    let value = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if value(IGNORE_VARIABLE).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return None;
    }
    ENDPOINT_VARIABLES.into_iter().find_map(value)
}

/// Whether a bucket may be a subdomain of the host: not of an IP address or of a name without a dot.
fn may_have_subdomains(endpoint: &str) -> bool {
    let url = Url::parse(endpoint).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name.contains('.'),
        _ => false,
    }
}

async fn client(endpoint: Option<&str>, is_path_style: bool) -> Client {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_with_resolver(Resolver);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .stalled_stream_protection(StalledStreamProtectionConfig::enabled().build());
    if endpoint.is_some() {
        // A store other than Amazon's has no AWS region, so the region is not looked up on this machine.
        let region = std::env::var("AWS_REGION").or_else(|_| std::env::var("AWS_DEFAULT_REGION"));
        loader = loader.region(Region::new(region.unwrap_or_else(|_| DEFAULT_REGION.into())));
    } else {
        loader = loader.region(RegionProviderChain::default_provider().or_else(DEFAULT_REGION));
    }
    let shared = loader.load().await;
    let mut config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(is_path_style);
    if let Some(endpoint) = endpoint {
        // Not every S3-compatible store supports the checksums that Amazon's SDK sends by default since 2025.
        config = config
            .endpoint_url(endpoint)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    }
    Client::from_conf(config.build())
}

/// The system's resolver, and names below `localhost`, which are this machine (RFC 6761, section 6.3) and which not every
/// system resolves: a store on this machine can be addressed as `http://s3.localhost:9000`.
#[derive(Clone, Copy, Debug)]
struct Resolver;

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        if name.ends_with(".localhost") {
            return DnsFuture::ready(Ok(vec![IpAddr::from(Ipv4Addr::LOCALHOST)]));
        }
        DnsFuture::new(async move {
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_may_be_a_subdomain_of_a_name_with_a_dot_only() {
        for (endpoint, expected) in [
            ("https://s3.eu-central-1.store.example", true),
            ("http://s3.localhost:9000", true),
            ("http://localhost:9000", false),
            ("http://objects:9000", false),
            ("http://10.0.0.7:9000", false),
            ("http://[::1]:9000", false),
            ("nonsense", false),
        ] {
            assert_eq!(may_have_subdomains(endpoint), expected, "{endpoint}");
        }
    }
}
