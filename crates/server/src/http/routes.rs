//! Every route there is: method, path, who may call it, its operation (`noun.verb`, also the action of the audit row when a call is
//! refused), its handler, and one line for people. What is not here is not served; what is here has said who may call it.

use cardkey_domain::Permission as P;

use super::access::{May, Public};
use super::route::{Route, get};
use super::{audit_logs, dashboard, docs, system};

/// The table. The order does not matter: fixed segments are matched before variable ones.
#[rustfmt::skip]
pub(super) fn routes() -> Vec<Route> {
    vec![
        // System
        get("/livez",                        Public,                   "system.live",        system::livez,        "Whether the process lives"),
        get("/readyz",                       Public,                   "system.ready",       system::readyz,       "Whether requests are welcome"),
        get("/health",                       May(P::SystemRead),       "system.health",      system::health,       "How the system is, in detail"),
        get("/errors",                       Public,                   "system.errors",      docs::errors,         "Every error code and what it means"),
        get("/docs",                         Public,                   "docs.page",          docs::page,           "Swagger UI"),
        get("/docs/{id}",                    Public,                   "docs.file",          docs::file,           "The files of Swagger UI"),
        get("/api/v1/openapi.json",          Public,                   "system.openapi",     docs::openapi,        "This document"),
        get("/api/v1/dashboard",             May(P::DashboardRead),    "dashboard.show",     dashboard::show,      "Users, sessions, devices and what they did over time"),

        get("/.well-known/jwks.json",        Public,                   "system.jwks",        system::jwks,         "The public keys that access tokens can be checked with"),

        // Audit
        get("/api/v1/audit-logs",            May(P::AuditRead),        "audit_log.list",     audit_logs::list,     "Search the audit log"),
    ]
}

#[cfg(test)]
mod tests;
