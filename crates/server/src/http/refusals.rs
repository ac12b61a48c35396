//! What becomes of a refusal besides its reply: an audit row, or a line in the log.

use actix_web::HttpRequest;
use cardkey_domain::Text;
use cardkey_events::{Deed, Reference};
use cardkey_identity::Caller;

use super::error::Code;
use super::exchange::call;
use super::problem::Problem;
use super::route::Plan;
use super::services::Services;

/// Writes down a refused call (AUD-01), unless its use case did, and logs what was our own fault. What cannot get a row of its own is
/// counted, and a job sums it up.
pub(super) async fn note(
    problem: &Problem,
    plan: &Plan,
    request: &HttpRequest,
    services: &Services,
    caller: Option<&Caller>,
) {
    log(problem, plan);
    let code = problem.code();
    if problem.is_recorded() || !is_kept(code, plan) {
        return;
    }
    if !gets_a_row(code, services, caller) {
        services.refusals.count(plan.operation, code.as_str());
        return;
    }
    let deed = deed(problem, plan, request);
    if let Err(error) = services.refusals.keep(&call(request, services, caller), deed).await {
        let cause = Problem::from(error).chain().unwrap_or_default();
        tracing::error!(code = code.as_str(), operation = plan.operation, cause, "a refusal could not be kept");
        services.refusals.count(plan.operation, code.as_str());
    }
}

fn log(problem: &Problem, plan: &Plan) {
    let (code, operation) = (problem.code().as_str(), plan.operation);
    if is_failure(problem.code()) {
        let cause = problem.chain().unwrap_or_default();
        tracing::error!(code, operation, cause, "a request failed");
    } else if problem.code().status() >= 500 {
        tracing::debug!(code, operation, "turned away");
    }
}

/// Every refused change is kept, and of questions those of people who may not ask, or not so often, and those that are kept when they
/// are answered. That something is not there, or was asked for in a wrong way, is an answer and no refusal.
fn is_kept(code: Code, plan: &Plan) -> bool {
    plan.is_mutating() || plan.is_audited || matches!(code.status(), 401 | 403 | 429)
}

/// Strangers get so many rows a second, or anybody could fill the log; and none when they are turned away in a flood, so that everybody
/// else is served. Nor is a store asked for a row that has just failed.
fn gets_a_row(code: Code, services: &Services, caller: Option<&Caller>) -> bool {
    if code == Code::SystemUnavailable {
        return false;
    }
    caller.is_some() || (!is_turned_away(code) && services.refusal_budget.spend(services.ambient.now()))
}

/// No fault of anybody: there is room for so many at once.
fn is_turned_away(code: Code) -> bool {
    matches!(code, Code::AuthBusy | Code::BatchExportBusy | Code::AuditLogExportBusy | Code::LiveBusy)
}

/// A fault of our own. What else answers with a 5xx is meant to: there is no room, an app is under maintenance, the server stops.
fn is_failure(code: Code) -> bool {
    matches!(code, Code::SystemInternal | Code::SystemUnavailable)
}

fn deed(problem: &Problem, plan: &Plan, request: &HttpRequest) -> Deed {
    let code = problem.code();
    let ended = if is_failure(code) { Deed::failed } else { Deed::refused };
    let mut deed = ended(plan.operation, code.as_str())
        .with("method", Text::<16>::parse(plan.method.as_str()).ok())
        .with("path", plan.path);
    let fields: Vec<Text<64>> = problem.fields().into_iter().filter_map(|name| Text::parse(name).ok()).collect();
    if !fields.is_empty() {
        deed = deed.with("fields", fields);
    }
    let noun = plan.operation.split_once('.').map(|(noun, _)| noun);
    let target = noun.zip(request.match_info().get("id"));
    if let Some((noun, id)) = target.and_then(|(noun, id)| Some((noun, Reference::parse(noun, id)?))) {
        deed = deed.to(noun, id);
    }
    deed
}
