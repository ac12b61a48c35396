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

/// Writes down a refused call (AUD-01), unless its use case did, and logs what was our own fault.
pub(super) async fn note(
    problem: &Problem,
    plan: &Plan,
    request: &HttpRequest,
    services: &Services,
    caller: Option<&Caller>,
) {
    let code = problem.code();
    if code == Code::AuthBusy {
        // No fault, and in a flood too many to write down: they were turned away so that everybody else is served.
        tracing::debug!(code = code.as_str(), operation = plan.operation, "turned away");
        return;
    }
    if code.status() >= 500 {
        let cause = problem.chain().unwrap_or_default();
        tracing::error!(code = code.as_str(), operation = plan.operation, cause, "a request failed");
        return;
    }
    if problem.is_recorded() || !is_kept(code, plan) {
        return;
    }
    if caller.is_none() && !services.refusal_budget.spend(services.ambient.now()) {
        tracing::warn!(code = code.as_str(), operation = plan.operation, "too many refusals of strangers to keep each");
        return;
    }
    let deed = deed(problem, plan, request);
    if let Err(error) = services.refusals.keep(&call(request, services, caller), deed).await {
        let cause = Problem::from(error).chain().unwrap_or_default();
        tracing::error!(code = code.as_str(), operation = plan.operation, cause, "a refusal could not be kept");
    }
}

/// Every refused change is kept, and every trespass. A retry that came too soon changes nothing and was no refusal.
fn is_kept(code: Code, plan: &Plan) -> bool {
    (plan.is_mutating() || code.status() == 403) && code != Code::IdempotencyInFlight
}

fn deed(problem: &Problem, plan: &Plan, request: &HttpRequest) -> Deed {
    let mut deed = Deed::refused(plan.operation, problem.code().as_str())
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
