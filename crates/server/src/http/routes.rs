//! Every route there is: method, path, who may call it, its operation (`noun.verb`, also the action of the audit row when a call is
//! refused), its handler, and one line for people. What is not here is not served; what is here has said who may call it.

use cardkey_domain::Permission as P;

use super::access::{May, PendingPassword, Public, SignedIn};
use super::card_keys::batches;
use super::route::{Route, delete, get, patch, post};
use super::{
    announcements, apps, audit_logs, auth, blacklist, card_keys, dashboard, devices, docs, events, inbox, licences,
    live, roles, sessions, signing_keys, system, users,
};
use crate::metrics::RouteName;

/// The table. The order does not matter: fixed segments are matched before variable ones.
#[rustfmt::skip]
pub(super) fn routes() -> Vec<Route> {
    vec![
        // System
        get("/livez",                        Public,                   "system.live",        system::livez,        "Whether the process lives"),
        get("/readyz",                       Public,                   "system.ready",       system::readyz,       "Whether requests are welcome"),
        get("/health",                       May(P::SystemRead),       "system.health",      system::health,       "How the system is, in detail"),
        get("/metrics",                      Public,                   "system.metrics",     system::metrics,      "What the server tells of itself in numbers, for Prometheus; behind METRICS_TOKEN where that is set"),
        get("/errors",                       Public,                   "system.errors",      docs::errors,         "Every error code and what it means"),
        get("/docs",                         Public,                   "docs.page",          docs::page,           "Swagger UI"),
        get("/docs/",                        Public,                   "docs.home",          docs::page,           "Swagger UI"),
        get("/docs/{id}",                    Public,                   "docs.file",          docs::file,           "The files of Swagger UI"),
        get("/api/v1/openapi.json",          Public,                   "system.openapi",     docs::openapi,        "This document"),
        get("/api/v1/dashboard",             May(P::DashboardRead),    "dashboard.show",     dashboard::show,      "Users, sessions, devices and what they did over time"),

        get("/.well-known/jwks.json",        Public,                   "system.jwks",        system::jwks,         "The public keys that access tokens can be checked with"),

        // Apps
        get("/api/v1/apps",                  May(P::AppsRead),         "app.list",           apps::list,           "List apps"),
        post("/api/v1/apps",                 May(P::AppsWrite),        "app.register",       apps::register,       "Register an app"),
        get("/api/v1/apps/{id}",             May(P::AppsRead),         "app.show",           apps::show,           "Show an app"),
        patch("/api/v1/apps/{id}",           May(P::AppsWrite),        "app.change",         apps::change,         "Change an app"),
        post("/api/v1/apps/{id}/maintenance", May(P::AppsMaintain),    "app.maintenance",    apps::maintenance,    "Put an app under maintenance, now or later, or end it"),
        get("/api/v1/apps/{id}/keys",        Public,                   "app.keys",           apps::keys,           "The public keys that an app's verdicts can be checked with"),
        post("/api/v1/apps/{id}/keys/rotate", May(P::AppsRotateKeys),  "app.rotate_signing_key", apps::rotate,     "Put an app's spare signing key in the place of the active one"),

        // Card keys
        post("/api/v1/card-keys/activate",   SignedIn,                 "card_key.activate",  card_keys::activate,  "Redeem a card key on a device"),
        post("/api/v1/card-keys/verify",     Public,                   "card_key.verify",    card_keys::verify,    "Ask whether an app may run; the verdict is signed either way"),
        get("/api/v1/card-keys/batches",     May(P::CardKeysRead),     "batch.list",         batches::list,        "List batches of card keys"),
        post("/api/v1/card-keys/batches",    May(P::CardKeysGenerate), "batch.create",       batches::order,       "Order card keys"),
        get("/api/v1/card-keys/batches/{id}", May(P::CardKeysRead),    "batch.show",         batches::show,        "Show a batch and how far it is"),
        post("/api/v1/card-keys/batches/{id}/cancel", May(P::CardKeysGenerate), "batch.cancel", batches::cancel,   "Stop a running batch"),
        get("/api/v1/card-keys/batches/{id}/export", May(P::CardKeysExport), "batch.export", card_keys::export,    "Export a batch with its card keys in clear").audited(),
        get("/api/v1/card-keys",             May(P::CardKeysRead),     "card_key.list",      card_keys::list,      "List and search card keys, masked"),
        get("/api/v1/card-keys/{id}",        May(P::CardKeysRead),     "card_key.show",      card_keys::show,      "Show a card key with its licence and devices"),
        delete("/api/v1/card-keys/{id}",     May(P::CardKeysWrite),    "card_key.delete",    card_keys::delete,    "Take a card key away; it can be restored"),
        post("/api/v1/card-keys/{id}/restore", May(P::CardKeysWrite),  "card_key.restore",   card_keys::restore,   "Bring a deleted card key back"),
        post("/api/v1/card-keys/{id}/disable", May(P::CardKeysWrite),  "card_key.disable",   card_keys::disable,   "Shut a card key off"),
        post("/api/v1/card-keys/{id}/enable", May(P::CardKeysWrite),   "card_key.enable",    card_keys::enable,    "Let a card key work again"),
        post("/api/v1/card-keys/{id}/extend", May(P::CardKeysWrite),   "card_key.extend",    card_keys::extend,    "Give a redeemed card key more time or uses"),
        post("/api/v1/card-keys/{id}/transfer", May(P::CardKeysWrite), "card_key.transfer",  card_keys::transfer,  "Give a card key to another account"),
        post("/api/v1/card-keys/{id}/unbind", May(P::CardKeysWrite),   "card_key.unbind",    card_keys::unbind,    "Free the seat of one device, or of all"),
        post("/api/v1/card-keys/{id}/reveal", May(P::CardKeysReveal),  "card_key.reveal",    card_keys::reveal,    "Show a card key in clear"),

        // Licences
        get("/api/v1/licenses",              SignedIn,                 "licence.list",       licences::list,       "List one's own licences"),
        post("/api/v1/licenses/{id}/verdict", SignedIn,                "licence.reissue_verdict", licences::reissue, "Get a verdict anew on a bound device"),
        post("/api/v1/licenses/{id}/unbind", SignedIn,                 "licence.unbind",     licences::unbind,     "Free a seat of one's own licence, for another device"),

        // Devices
        get("/api/v1/devices",               May(P::DevicesRead),      "device.list",        devices::list,        "List devices"),
        post("/api/v1/devices/heartbeat",    Public,                   "device.heartbeat",   devices::heartbeat,   "Show that an app is running; the verdict is signed either way"),
        get("/api/v1/devices/{id}",          May(P::DevicesRead),      "device.show",        devices::show,        "Show a device with its bindings and their history"),

        // Blacklist
        get("/api/v1/blacklist",             May(P::BlacklistRead),    "blacklist.list",     blacklist::list,      "List what is shut out"),
        post("/api/v1/blacklist",            May(P::BlacklistWrite),   "blacklist.add",      blacklist::add,       "Shut out an account, device, component or network"),
        get("/api/v1/blacklist/{id}",        May(P::BlacklistRead),    "blacklist.show",     blacklist::show,      "Show an entry of the blacklist"),
        delete("/api/v1/blacklist/{id}",     May(P::BlacklistWrite),   "blacklist.lift",     blacklist::lift,      "Lift an entry of the blacklist"),

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

        // Announcements
        get("/api/v1/announcements",         May(P::AnnouncementsRead), "announcement.list", announcements::list,  "List announcements, drafts among them"),
        post("/api/v1/announcements",        May(P::AnnouncementsWrite), "announcement.create", announcements::create, "Write an announcement"),
        post("/api/v1/announcements/preview", May(P::AnnouncementsWrite), "announcement.preview", announcements::preview, "Show what Markdown will look like"),
        get("/api/v1/announcements/{id}",    May(P::AnnouncementsRead), "announcement.show", announcements::show,  "Show an announcement with its audience"),
        patch("/api/v1/announcements/{id}",  May(P::AnnouncementsWrite), "announcement.edit", announcements::edit, "Change an announcement that nobody has seen yet"),
        post("/api/v1/announcements/{id}/publish", May(P::AnnouncementsPublish), "announcement.publish", announcements::publish, "Publish an announcement now"),
        post("/api/v1/announcements/{id}/withdraw", May(P::AnnouncementsPublish), "announcement.withdraw", announcements::withdraw, "Take an announcement back, or discard a draft"),
        get("/api/v1/announcements/{id}/statistics", May(P::AnnouncementsRead), "announcement.statistics", announcements::statistics, "How many an announcement reached, and who took note when"),
        get("/api/v1/announcements/{id}/unconfirmed", May(P::AnnouncementsRead), "announcement.list_unconfirmed", announcements::unconfirmed, "List who has not confirmed an announcement"),
        post("/api/v1/announcements/{id}/read", SignedIn,             "announcement.read_by_address", inbox::read, "Mark an announcement as read"),
        post("/api/v1/announcements/{id}/confirm", SignedIn,          "announcement.confirm_by_address", inbox::confirm, "Confirm an announcement"),
        get("/api/v1/me/announcements",      SignedIn,                 "inbox.list",         inbox::list,          "List the announcements for oneself"),
        post("/api/v1/me/announcements/{id}/read", SignedIn,           "inbox.read",         inbox::read,          "Mark an announcement as read"),
        post("/api/v1/me/announcements/{id}/confirm", SignedIn,        "inbox.confirm",      inbox::confirm,       "Confirm an announcement"),

        // Events
        get("/api/v1/events",                May(P::EventsRead),       "event.list",         events::list,         "List what happened"),
        get("/api/v1/events/dead",           May(P::EventsRead),       "event.list_dead",    events::dead,         "List events that a handler gave up"),
        get("/api/v1/events/{id}",           May(P::EventsRead),       "event.show",         events::show,         "Show an event with what handlers failed at"),
        post("/api/v1/events/{id}/replay",   May(P::EventsReplay),     "event.replay",       events::replay,       "Give an event again to the handlers that gave it up"),

        // The live connection
        get("/api/v1/ws",                    Public,                   "live.connect",       live::connect,        "Open the live connection (WebSocket); see docs/websocket.md"),
        post("/api/v1/ws/tickets",           SignedIn,                 "live.issue_ticket",  live::ticket,         "Get a ticket to open a live connection with, for browsers"),

        // Audit
        get("/api/v1/audit-logs",            May(P::AuditRead),        "audit_log.list",     audit_logs::list,     "Search the audit log"),
        get("/api/v1/audit-logs/export",     May(P::AuditRead),        "audit_log.export",   audit_logs::export,   "Export what a search of the audit log finds").audited(),
        get("/api/v1/audit-logs/statistics", May(P::AuditRead),        "audit_log.statistics", audit_logs::statistics, "How much was done, by what, whom and when"),
    ]
}

/// The same with the number of each in the table.
pub(super) fn numbered() -> impl Iterator<Item = Route> {
    routes().into_iter().enumerate().map(|(number, route)| route.at(number))
}

/// What the metrics must know of each, in the order of the table.
pub(crate) fn names() -> Vec<RouteName> {
    let name = |Route { plan, .. }: Route| RouteName {
        method: plan.method.to_string(),
        path: plan.path,
        operation: plan.operation,
    };
    routes().into_iter().map(name).collect()
}

#[cfg(test)]
mod tests;
