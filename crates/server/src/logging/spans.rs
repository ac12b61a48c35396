//! A span for each request, sent to a collector of OpenTelemetry where the operator names one (OTLP over HTTP, protobuf). Otherwise the
//! span is off in the filter, which costs one look at a flag.

use std::time::Duration;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::KeyValue;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Span;
use tracing::field::Empty;
use tracing::level_filters::LevelFilter;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, filter};

use crate::config::Settings;

/// What the filters know the span of a request by.
const TARGET: &str = "cardkey_server::request";

/// Spans that a collector does not take within this at the end of the process are lost.
const FLUSHED_WITHIN: Duration = Duration::from_secs(5);

/// Sends spans until it is dropped; what is still on its way is sent then.
pub(super) struct Sender(SdkTracerProvider);

impl Sender {
    /// Begins to send, where a collector is named. A collector that cannot be reached is told of in the log and harms nothing else.
    pub(super) fn start(settings: &Settings) -> Result<Option<Self>, ExporterBuildError> {
        let Some(collector) = &settings.otlp_endpoint else { return Ok(None) };
        // Another may be the process's already; then that one is used.
        drop(rustls::crypto::ring::default_provider().install_default());
        let exporter = SpanExporter::builder().with_http().with_endpoint(format!("{collector}/v1/traces")).build()?;
        let resource = Resource::builder()
            .with_service_name(settings.app_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        Ok(Some(Self(
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build(),
        )))
    }

    /// Takes the spans of requests, with what is logged within them.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    {
        let ours = filter::Targets::new().with_target("cardkey", LevelFilter::INFO);
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("cardkey"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(FLUSHED_WITHIN) {
            tracing::warn!(%error, "not every span could be sent");
        }
    }
}

/// What the filter of the log is told about spans of requests.
pub(super) fn directive(sender: Option<&Sender>) -> String {
    format!("{TARGET}={}", if sender.is_some() { "info" } else { "off" })
}

/// The span of a request, within the caller's trace where it tells of one (W3C Trace Context).
pub(crate) fn request_span(request: &ServiceRequest, name: &HeaderValue) -> Span {
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        otel.kind = "server",
        otel.name = request.method().as_str(),
        otel.status_code = Empty,
        http.request.method = request.method().as_str(),
        http.route = Empty,
        http.response.status_code = Empty,
        request_id = name.to_str().unwrap_or_default(),
    );
    if !span.is_disabled() {
        let parent = TraceContextPropagator::new().extract(&Headers(request.headers()));
        // It can only fail once the span has begun, or where nobody takes it.
        drop(span.set_parent(parent));
    }
    span
}

/// Adds what is known once the request is answered: its route, not its address, which may name what is nobody's business.
pub(crate) fn answered<B>(span: &Span, response: &ServiceResponse<B>) {
    if span.is_disabled() {
        return;
    }
    let (request, status) = (response.request(), response.status());
    if let Some(route) = request.match_pattern() {
        span.context().span().update_name(format!("{} {route}", request.method()));
        span.record("http.route", route);
    }
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// The headers of a request, as the propagator reads them.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
