use std::cmp::Reverse;
use std::sync::LazyLock;

use async_trait::async_trait;
use cardkey_domain::{SessionId, Timestamp, UserId};
use cardkey_events::StoreError;
use cardkey_identity::model::{EndReason, Session, SessionDevice, TokenHash, User};
use cardkey_identity::{Activity, SessionRepository};

use super::users;
use crate::database::Database;
use crate::journal::cut;
use crate::sql::{On, Param, Row, all, columns, execute, for_update, one, params, places, update_from, won};
use crate::work::Work;

const COLUMNS: &str = "id, user_id, access_token, refresh_token, device_id, device_name, device_type, user_agent, browser, os, ip, \
                       location, created_at, last_active_at, idle_end, absolute_end, revoked_at, revoked_reason, risk_score, \
                       risk_reasons";

/// Sessions named in one statement.
const MOST_NAMED: usize = 500;

/// Activity written by one statement.
const MOST_ACTIVITY: usize = 500;

#[async_trait]
impl SessionRepository for Work {
    async fn insert(&mut self, session: &Session) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO user_sessions ({COLUMNS}, ends_at) VALUES ({})", places(21));
        let short = |text: &Option<String>, most| text.as_deref().map(|text| cut(text, most).to_owned());
        let device = &session.device;
        let values = params![
            session.id,
            session.user_id,
            session.access_token.0,
            session.refresh_token.0,
            short(&device.id, 128),
            short(&device.name, 100),
            short(&device.kind, 32),
            short(&device.user_agent, 255),
            short(&device.browser, 100),
            short(&device.os, 100),
            session.ip,
            short(&session.location, 200),
            session.created_at,
            session.last_active_at,
            session.idle_end,
            session.absolute_end,
            session.revoked_at,
            session.revoked_reason.map(EndReason::as_str),
            session.risk_score,
            serde_json::to_string(&session.risk_reasons).map_err(|error| StoreError::Backend(error.into()))?,
            session.ends_at(),
        ];
        execute(self.on(), &sql, values).await.map(|_| ())
    }

    async fn live_of(&mut self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        live(self.on(), user, now, "last_active_at, id").await
    }

    async fn end(&mut self, ids: &[SessionId], reason: EndReason, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let on = self.on();
        let lock = for_update(on.backend());
        let mut ended = Vec::new();
        for ids in ids.chunks(MOST_NAMED) {
            let sql = format!(
                "SELECT {COLUMNS} FROM user_sessions WHERE id IN ({}) AND revoked_at IS NULL ORDER BY id{lock}",
                places(ids.len())
            );
            for row in all(on, &sql, ids.iter().map(|id| id.value()).collect()).await? {
                ended.push(session(&row)?);
            }
        }
        revoke(on, &mut ended, |_| reason, now).await?;
        Ok(ended)
    }

    async fn refreshed(
        &mut self,
        id: SessionId,
        access: TokenHash,
        refresh: TokenHash,
        idle_end: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE user_sessions SET access_token = ?, refresh_token = ?, idle_end = ?, last_active_at = ?, \
                   ends_at = CASE WHEN ? < absolute_end THEN ? ELSE absolute_end END \
                   WHERE id = ? AND revoked_at IS NULL AND ends_at > ?";
        won(self.on(), sql, params![access.0, refresh.0, idle_end, now, idle_end, idle_end, id, now]).await
    }

    async fn end_overdue(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Session>, StoreError> {
        let on = self.on();
        let sql = format!(
            "SELECT {COLUMNS} FROM user_sessions WHERE revoked_at IS NULL AND ends_at <= ? ORDER BY ends_at LIMIT ?{}",
            for_update(on.backend())
        );
        let rows = all(on, &sql, params![now, limit]).await?;
        let mut overdue = rows.iter().map(session).collect::<Result<Vec<_>, _>>()?;
        let reason = |session: &Session| session.overdue(now).unwrap_or(EndReason::AbsoluteTimeout);
        revoke(on, &mut overdue, reason, now).await?;
        Ok(overdue)
    }

    async fn forget(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let on = self.on();
        let sql = "SELECT id FROM user_sessions WHERE revoked_at < ? ORDER BY revoked_at LIMIT ?";
        let rows = all(on, sql, params![before, limit]).await?;
        let ids = rows.iter().map(|row| row.get("id")).collect::<Result<Vec<SessionId>, _>>()?;
        let mut forgotten = 0;
        for ids in ids.chunks(MOST_NAMED) {
            let places = places(ids.len());
            let values: Vec<_> = ids.iter().map(|id| id.value()).collect();
            let sql = format!("DELETE FROM refresh_tokens WHERE session_id IN ({places})");
            execute(on, &sql, values.clone()).await?;
            forgotten += execute(on, &format!("DELETE FROM user_sessions WHERE id IN ({places})"), values).await?;
        }
        Ok(forgotten)
    }
}

/// Ends the sessions, in the rows and in the values.
async fn revoke(
    on: On<'_>,
    sessions: &mut [Session],
    reason: impl Fn(&Session) -> EndReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    for session in sessions.iter_mut() {
        session.revoked_reason = Some(reason(session));
        session.revoked_at = Some(now);
    }
    for reason in EndReason::ALL {
        let ended: Vec<SessionId> = sessions
            .iter()
            .filter(|session| session.revoked_reason == Some(reason))
            .map(|session| session.id)
            .collect();
        for ids in ended.chunks(MOST_NAMED) {
            let places = places(ids.len());
            let sql = format!("UPDATE user_sessions SET revoked_at = ?, revoked_reason = ? WHERE id IN ({places})");
            let mut values = params![now, reason.as_str()];
            values.extend(ids.iter().map(|id| id.value()));
            execute(on, &sql, values).await?;
        }
    }
    Ok(())
}

pub(super) async fn live_of(db: &Database, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
    live(db.reads(), user, now, "last_active_at DESC, id DESC").await
}

async fn live(on: On<'_>, user: UserId, now: Timestamp, order: &str) -> Result<Vec<Session>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM user_sessions WHERE user_id = ? AND revoked_at IS NULL AND ends_at > ? ORDER BY {order}"
    );
    all(on, &sql, params![user, now]).await?.iter().map(session).collect()
}

static WITH_USER: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {}, {} FROM user_sessions JOIN users ON users.id = user_sessions.user_id WHERE user_sessions.id = ?",
        columns("user_sessions", COLUMNS),
        columns("users", users::COLUMNS)
    )
});

pub(super) async fn find_with_user(db: &Database, id: SessionId) -> Result<Option<(Session, User)>, StoreError> {
    let Some(mut row) = one(db.reads(), &WITH_USER, params![id]).await? else { return Ok(None) };
    Ok(Some((session(row.under("user_sessions"))?, users::user(row.under("users"))?)))
}

pub(super) async fn note_activity(db: &Database, activity: &[Activity]) -> Result<(), StoreError> {
    let mut sorted: Vec<&Activity> = activity.iter().collect();
    // Always in the same order, so that two nodes do not lock each other out; of several uses of a session the last counts.
    sorted.sort_by_key(|used| (used.session, Reverse(used.at)));
    sorted.dedup_by_key(|used| used.session);
    for some in sorted.chunks(MOST_ACTIVITY) {
        let set = "last_active_at = used.used_at, ip = COALESCE(used.used_ip, user_sessions.ip)";
        let sql = update_from(db.backend(), "user_sessions", set, "used", &["id", "used_at", "used_ip"], some.len());
        let sql = format!("{sql} AND user_sessions.last_active_at < used.used_at");
        let values = some.iter().flat_map(|used| [used.session.value(), used.at.value(), used.ip.value()]).collect();
        db.write(&sql, values).await?;
    }
    Ok(())
}

fn session(row: &Row) -> Result<Session, StoreError> {
    let risk_reasons: String = row.get("risk_reasons")?;
    Ok(Session {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        access_token: TokenHash(row.get("access_token")?),
        refresh_token: TokenHash(row.get("refresh_token")?),
        device: SessionDevice {
            id: row.opt("device_id")?,
            name: row.opt("device_name")?,
            kind: row.opt("device_type")?,
            user_agent: row.opt("user_agent")?,
            browser: row.opt("browser")?,
            os: row.opt("os")?,
        },
        ip: row.opt("ip")?,
        location: row.opt("location")?,
        created_at: row.get("created_at")?,
        last_active_at: row.get("last_active_at")?,
        idle_end: row.get("idle_end")?,
        absolute_end: row.get("absolute_end")?,
        revoked_at: row.opt("revoked_at")?,
        revoked_reason: row.opt_word("revoked_reason")?,
        risk_score: row.get("risk_score")?,
        risk_reasons: serde_json::from_str(&risk_reasons).map_err(|error| StoreError::Backend(error.into()))?,
    })
}
