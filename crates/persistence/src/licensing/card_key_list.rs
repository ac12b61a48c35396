//! The list of card keys (CARD-11): a page in a few milliseconds among millions.
//!
//! Every shape of filter starts from the index that narrows it most and yields rows in the list's order; where that takes several starts
//! (the states that are shown, the notes that begin with a text), their heads are merged. What remains of the filter is tested row by row.

use std::time::Duration;

use cardkey_domain::{Id, Page, PageRequest, Timestamp};
use cardkey_events::StoreError;
use cardkey_licensing::CardKeyFilter;
use cardkey_licensing::model::{CardKey, CardKeyState};
use sea_orm::sqlx::types::Uuid;

use super::{card_key, card_key_counts};
use crate::database::Database;
use crate::sql::{Merge, Param, Pick, after_prefix, one};

/// What no tally counts is counted up to this.
pub(super) const MOST_COUNTED: u64 = 100_000;

/// Notes that begin alike are followed one by one up to so many.
const MOST_NOTES: usize = 16;

/// How far a card key's time of making may be from the time in its identifier.
const SLACK: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) async fn list(
    db: &Database,
    filter: &CardKeyFilter,
    page: PageRequest,
) -> Result<Page<CardKey>, StoreError> {
    let counts = card_key_counts::of(db, filter).await?;
    let starts = match &counts {
        Some(counts) if filter.note.is_none() => by_state(filter, |state| counts.of(state) > 0),
        _ => starts(db, filter).await?,
    };
    let merge = Merge::of("card_keys", starts);
    let items = merge.rows(db.reads(), page).await?.iter().map(card_key).collect::<Result<Vec<_>, _>>()?;
    let total = match counts {
        Some(counts) => shown(filter).into_iter().map(|state| counts.of(state)).sum(),
        None => merge.count(db.reads(), MOST_COUNTED).await?,
    };
    Ok(Page::from_rows(items, &page, total, |key| key.id.uuid()))
}

/// The states that the list shows.
pub(super) fn shown(filter: &CardKeyFilter) -> Vec<CardKeyState> {
    match filter.state {
        Some(state) => vec![state],
        None => CardKeyState::ALL.into_iter().filter(|state| *state != CardKeyState::Deleted).collect(),
    }
}

fn by_state(filter: &CardKeyFilter, wanted: impl Fn(CardKeyState) -> bool) -> Vec<Pick> {
    let states = shown(filter).into_iter().filter(|state| wanted(*state));
    let of = |state: CardKeyState| scope(filter, Pick::new()).and("state = ?", [state.as_str().value()]);
    states.map(|state| rest(filter, of(state))).collect()
}

async fn starts(db: &Database, filter: &CardKeyFilter) -> Result<Vec<Pick>, StoreError> {
    let mut starts = if filter.code_hash.is_some() || filter.owner.is_some() || filter.device.is_some() {
        vec![Pick::new()]
    } else if let Some(part) = &filter.code_part {
        let tail = [part.value(), part.value()];
        vec![
            Pick::new().and("code_head = ?", [part.value()]),
            Pick::new().and("code_tail = ? AND code_head <> ?", tail),
        ]
    } else if let Some(note) = &filter.note {
        by_note(db, note).await?
    } else {
        return Ok(by_state(filter, |_| true));
    };
    starts = starts.into_iter().map(|pick| rest(filter, scope(filter, pick))).collect();
    let state = |pick: Pick| match filter.state {
        Some(state) => pick.and("state = ?", [state.as_str().value()]),
        None => pick.and("state <> 'deleted'", []),
    };
    Ok(starts.into_iter().map(state).collect())
}

/// One start for each note that begins with the text; a range of them all where there are too many.
async fn by_note(db: &Database, prefix: &str) -> Result<Vec<Pick>, StoreError> {
    let end = after_prefix(prefix);
    let mut notes: Vec<String> = Vec::new();
    while notes.len() <= MOST_NOTES {
        let pick = match notes.last() {
            None => Pick::new().and("note >= ?", [prefix.value()]),
            Some(last) => Pick::new().and("note > ?", [last.value()]),
        };
        let pick = pick.and_opt("note < ?", end.as_ref());
        let sql = format!("SELECT MIN(note) AS note FROM card_keys{}", pick.conditions());
        let found = one(db.reads(), &sql, pick.params()).await?;
        match found.map(|row| row.opt::<String>("note")).transpose()?.flatten() {
            Some(note) => notes.push(note),
            None => return Ok(notes.iter().map(|note| Pick::new().and("note = ?", [note.value()])).collect()),
        }
    }
    Ok(vec![noted(Pick::new(), Some(prefix))])
}

/// The note begins with a text.
pub(super) fn noted(pick: Pick, prefix: Option<&str>) -> Pick {
    pick.and_opt("note >= ?", prefix).and_opt("note < ?", prefix.and_then(after_prefix))
}

pub(super) fn scope(filter: &CardKeyFilter, pick: Pick) -> Pick {
    pick.and_opt("batch_id = ?", filter.batch).and_opt("app_id = ?", filter.app)
}

/// Every condition that is not a matter of app, batch and state.
fn rest(filter: &CardKeyFilter, pick: Pick) -> Pick {
    let pick = pick.and_opt("code_hash = ?", filter.code_hash).and_opt("owner_id = ?", filter.owner);
    let pick = pick.and_opt(
        "id IN (SELECT licences.card_key_id FROM seats JOIN licences ON licences.id = seats.licence_id \
         WHERE seats.device_id = ? AND seats.held_device IS NOT NULL)",
        filter.device,
    );
    let pick = made_between(pick, filter.created_from, filter.created_to);
    let pick = noted(pick, filter.note.as_deref());
    match &filter.code_part {
        Some(part) => pick.and("(code_head = ? OR code_tail = ?)", [part.value(), part.value()]),
        None => pick,
    }
}

/// Identifiers begin with their time, so a span of time is also a span of the list: rows outside are not even looked at.
pub(super) fn made_between(pick: Pick, from: Option<Timestamp>, to: Option<Timestamp>) -> Pick {
    pick.and_opt("created_at >= ?", from)
        .and_opt("id >= ?", from.map(|from| first_id(from.minus(SLACK))))
        .and_opt("created_at < ?", to)
        .and_opt("id < ?", to.map(|to| first_id(to.plus(SLACK))))
}

/// The least identifier that is made at a moment.
pub(crate) fn first_id(moment: Timestamp) -> Uuid {
    let millis = moment.micros().unsigned_abs() / 1_000;
    Uuid::from_u128(u128::from(millis) << 80)
}
