//! Logs and traces of the process.
//!
//! Log lines go to stdout as JSON for the service, to stderr as text for people at a terminal. Traces
//! are exported over OTLP when the standard variables name an endpoint. Dropping the guard flushes what
//! has not left yet, within a second.

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// What is logged unless `RUST_LOG` says otherwise: our own steps, and of libraries what went wrong.
const SERVICE_FILTER: &str = "warn,linkscribe=info";

/// At a terminal only defects: progress and refusals have their own words there.
const TERMINAL_FILTER: &str = "error";

/// How long the last traces may take to leave: the whole end of the process has ten seconds.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// Who reads the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogTo {
    /// A log collector: JSON on stdout.
    Collector,
    /// A person who runs one command: text on stderr, trouble only.
    Terminal,
    /// A person who watches the service at work: text on stderr.
    Watcher,
}

/// Keeps telemetry alive; flushes when dropped.
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Starts logs and, where an endpoint is set, traces.
pub fn init(log_to: LogTo) -> anyhow::Result<Telemetry> {
    let traces = traces_wanted().then(exporting).transpose()?;
    let to_collector = traces.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("linkscribe"))
            .with_filter(filter(SERVICE_FILTER))
    });
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match log_to {
        LogTo::Collector => Box::new(json_lines().with_filter(filter(SERVICE_FILTER))),
        LogTo::Watcher => Box::new(text_lines().with_filter(filter(SERVICE_FILTER))),
        LogTo::Terminal => Box::new(text_lines().with_filter(filter(TERMINAL_FILTER))),
    };
    tracing_subscriber::registry()
        .with(lines)
        .with(to_collector)
        .try_init()
        .context("logs were set up twice")?;
    Ok(Telemetry { traces })
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(traces) = &self.traces
            && let Err(error) = traces.shutdown_with_timeout(FLUSH_LIMIT)
        {
            tracing::warn!(%error, "the last traces did not leave");
        }
    }
}

/// One JSON object a line; the fields of the spans around a line stand beside its own.
fn json_lines() -> json_subscriber::JsonLayer<Registry> {
    let mut lines = json_subscriber::JsonLayer::stdout();
    lines.with_timer("timestamp", tracing_subscriber::fmt::time::SystemTime);
    lines.with_level("level");
    lines.with_target("target");
    lines.with_flattened_event();
    lines.with_top_level_flattened_span_list();
    lines
}

fn text_lines() -> impl Layer<Registry> + Send + Sync {
    tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .compact()
}

fn filter(default: &str) -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default))
}

fn traces_wanted() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    set("OTEL_EXPORTER_OTLP_ENDPOINT") || set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
}

/// Exports from a thread of its own; endpoint, headers and service name come from the standard variables.
fn exporting() -> anyhow::Result<SdkTracerProvider> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .build()
        .context("traces cannot be exported; check OTEL_EXPORTER_OTLP_ENDPOINT")?;
    let mut resource = Resource::builder();
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("linkscribe");
    }
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build())
}
