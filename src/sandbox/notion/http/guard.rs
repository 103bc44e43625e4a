//! What every request passes: fault switches, token, version, budget, log.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody, SizedStream, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError as _};
use futures_util::TryStreamExt as _;
use futures_util::stream::{self, StreamExt as _};
use uuid::Uuid;

use crate::sandbox::notion::error::ApiError;
use crate::sandbox::notion::faults::{self, Fault};
use crate::sandbox::notion::handle::EmulatedNotion;
use crate::sandbox::notion::traffic::Exchange;

/// The one version this emulation speaks.
pub(super) const VERSION: &str = "2025-09-03";
/// Time for the first half of a cut answer to leave before the connection breaks.
const HALF_LEAVES: Duration = Duration::from_millis(50);

/// Stands before every route of `/v1`.
pub(super) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(notion) = request.app_data::<Data<EmulatedNotion>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let (method, path) = (request.method().to_string(), request.path().to_owned());
    notion.before(&method, &path);
    let at = notion.now();
    let fault = notion.take_fault(&method, &path);
    let work = answer(&notion, request, next, fault);
    let (bot, response) = notion.under_way().track_future(work).await?;
    // A broken connection has no status; 0 marks it in the log.
    let broken = response.headers().contains_key(BROKEN);
    let status = if broken { 0 } else { response.status().as_u16() };
    notion.note(Exchange { at, method, path, status, bot });
    Ok(response)
}

async fn answer(
    notion: &EmulatedNotion,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    fault: Option<Fault>,
) -> Result<(Option<Uuid>, ServiceResponse<BoxBody>), Error> {
    match &fault {
        Some(Fault::Stall(time)) => wait(notion, *time).await,
        Some(Fault::LandsLate(time)) => {
            land_late(notion.clone(), request, next, *time).await?;
            return Err(faults::lost(504).into());
        }
        Some(Fault::Reset) => return Ok((None, request.into_response(broken(Bytes::new(), 1)))),
        Some(Fault::Huge(bytes)) => return Ok((None, request.into_response(huge(*bytes)))),
        Some(fault) => {
            if let Some(refusal) = fault.refusal() {
                return Ok((None, request.into_response(refusal.error_response())));
            }
        }
        None => {}
    }
    let bot = match admit(notion, &request) {
        Ok(bot) => bot,
        Err(refusal) => return Ok((None, request.into_response(refusal.error_response()))),
    };
    let response = next.call(request).await?.map_into_boxed_body();
    let response = match fault {
        Some(Fault::CutBody) => cut(response).await,
        Some(Fault::AnswerLost(status)) => response.into_response(faults::lost(status).error_response()),
        Some(Fault::AnswerLate(time)) => {
            wait(notion, time).await;
            response
        }
        _ => response,
    };
    Ok((bot, response))
}

/// Serves a request after a while, whoever listens; it is noted then.
async fn land_late(
    notion: EmulatedNotion,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    time: Duration,
) -> Result<(), Error> {
    // Read now: it comes over the connection that is answered now.
    let mut body = BytesMut::new();
    let mut payload = request.take_payload();
    while let Some(piece) = payload.try_next().await? {
        body.extend_from_slice(&piece);
    }
    request.set_payload(Payload::from(body.freeze()));
    actix_web::rt::spawn(async move {
        let (method, path) = (request.method().to_string(), request.path().to_owned());
        wait(&notion, time).await;
        let (bot, status) = match admit(&notion, &request) {
            Ok(bot) => (bot, next.call(request).await.map_or(0, |answer| answer.status().as_u16())),
            Err(refusal) => (None, refusal.status_code().as_u16()),
        };
        notion.note(Exchange { at: notion.now(), method, path, status, bot });
    });
    Ok(())
}

async fn wait(notion: &EmulatedNotion, time: Duration) {
    let closing = notion.closing();
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = closing.cancelled() => {}
    }
}

/// Checks token, version and budget; leaves the caller with the request.
fn admit(notion: &EmulatedNotion, request: &ServiceRequest) -> Result<Option<Uuid>, ApiError> {
    if request.path().starts_with("/v1/oauth/") {
        // A browser names no version; a program that names one has to name the right one.
        let named = request.headers().contains_key("notion-version");
        return if named { version(request.headers()).map(|()| None) } else { Ok(None) };
    }
    let caller = notion.caller(token(request.headers()).ok_or_else(ApiError::unauthorized)?)?;
    version(request.headers())?;
    notion.spend(caller.user, caller.workspace)?;
    let bot = caller.user;
    request.extensions_mut().insert(caller);
    Ok(Some(bot))
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn version(headers: &HeaderMap) -> Result<(), ApiError> {
    let prefix = "Notion-Version header failed validation: Notion-Version header should be";
    let Some(version) = headers.get("notion-version") else {
        let text = format!("{prefix} defined, instead was `undefined`.");
        return Err(ApiError::new(400, "missing_version", text));
    };
    if version.as_bytes() == VERSION.as_bytes() {
        return Ok(());
    }
    let shown = version.to_str().unwrap_or_default();
    Err(ApiError::validation(format!("{prefix} `\"{VERSION}\"`, instead was `\"{shown}\"`.")))
}

/// Marks an answer that is broken on purpose.
const BROKEN: &str = "x-emulated-break";

/// An answer of so many spaces, sent piece by piece.
fn huge(bytes: usize) -> HttpResponse<BoxBody> {
    let piece = Bytes::from(vec![b' '; 64 * 1024]);
    let pieces = (0..bytes.div_ceil(piece.len())).map(move |_| Ok::<_, std::io::Error>(piece.clone()));
    HttpResponse::Ok().insert_header((BROKEN, "1")).streaming(stream::iter(pieces))
}

/// An answer that promises `size` bytes, sends these and breaks the connection.
fn broken(head: Bytes, size: u64) -> HttpResponse<BoxBody> {
    let pause = if head.is_empty() { Duration::ZERO } else { HALF_LEAVES };
    let end = stream::once(async move {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Err::<Bytes, std::io::Error>(std::io::ErrorKind::ConnectionReset.into())
    });
    let first = if head.is_empty() { Vec::new() } else { vec![Ok(head)] };
    let parts = stream::iter(first).chain(end);
    let body = SizedStream::new(size, Box::pin(parts));
    HttpResponse::Ok().insert_header((BROKEN, "1")).content_type("application/json").body(body)
}

async fn cut(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let bytes = to_bytes(response.into_body()).await.unwrap_or_default();
    let half = bytes.slice(..bytes.len() / 2);
    let size = u64::try_from(bytes.len()).unwrap_or(1).max(1);
    ServiceResponse::new(request, broken(half, size))
}
