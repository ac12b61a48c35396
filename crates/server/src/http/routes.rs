//! Every route there is: method, path, who may call it, its operation (`noun.verb`, also the action of the audit row when a call is
//! refused), its handler, and one line for people. What is not here is not served; what is here has said who may call it.

use cardkey_domain::Permission as P;

use super::access::{May, PendingPassword, Public, SignedIn};
use super::route::{Route, delete, get, patch, post};
use super::{audit_logs, auth, dashboard, docs, roles, sessions, signing_keys, system, users};

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

        // Signing in
        post("/api/v1/auth/login",           Public,                   "user.login",         auth::login,          "Sign in with a password"),
        post("/api/v1/auth/refresh",         Public,                   "session.refresh",    auth::refresh,        "Exchange a refresh token for a new pair"),
        post("/api/v1/auth/logout",          PendingPassword,          "user.logout",        auth::logout,         "Sign out of this session, or of all"),
        get("/api/v1/auth/check-session",    PendingPassword,          "session.check",      auth::check_session,  "Whether the session is alive, whose it is and when it ends"),
        post("/api/v1/auth/password/change", PendingPassword,          "user.change_password", auth::change_password, "Change one's own password"),
        get("/api/v1/auth/sessions",         SignedIn,                 "session.list",       sessions::list,       "List one's own live sessions"),
        post("/api/v1/auth/sessions/revoke", SignedIn,                 "session.revoke",     sessions::revoke,     "End one of one's own sessions"),
        post("/api/v1/auth/sessions/revoke-all", SignedIn,             "session.revoke_others", sessions::revoke_all, "End all of one's own sessions but this one"),

        // Accounts and roles
        get("/api/v1/users",                 May(P::UsersRead),        "user.list",          users::list,          "List and search accounts"),
        post("/api/v1/users",                May(P::UsersWrite),       "user.create",        users::create,        "Make an account"),
        get("/api/v1/users/{id}",            May(P::UsersRead),        "user.show",          users::show,          "Show an account"),
        patch("/api/v1/users/{id}",          May(P::UsersWrite),       "user.edit",          users::edit,          "Change an account, its status, its roles"),
        post("/api/v1/users/{id}/sign-out",  May(P::SessionsRevoke),   "user.sign_out",      users::sign_out,      "End all sessions of an account"),
        get("/api/v1/users/{id}/sessions",   May(P::SessionsRevoke),   "user.list_sessions", users::sessions,      "List the live sessions of an account"),
        post("/api/v1/users/{id}/sessions/revoke", May(P::SessionsRevoke), "user.revoke_session", users::revoke_session, "End one session of an account"),
        get("/api/v1/roles",                 May(P::UsersRead),        "role.list",          roles::list,          "List roles and what they may do"),
        post("/api/v1/roles",                May(P::RolesWrite),       "role.create",        roles::create,        "Make a role"),
        patch("/api/v1/roles/{id}",          May(P::RolesWrite),       "role.change",        roles::change,        "Change what a role may do"),
        delete("/api/v1/roles/{id}",         May(P::RolesWrite),       "role.delete",        roles::delete,        "Delete a role that nobody has"),
        post("/api/v1/signing-keys/rotate",  May(P::SystemRotateKeys), "signing_key.rotate", signing_keys::rotate, "Rotate the keys that sign tokens"),

        // Audit
        get("/api/v1/audit-logs",            May(P::AuditRead),        "audit_log.list",     audit_logs::list,     "Search the audit log"),
    ]
}

#[cfg(test)]
mod tests;
