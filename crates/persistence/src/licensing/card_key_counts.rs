//! How many card keys a list shows in each state. App, batch, note and time are matters of the batch, so the tallies know the number; only
//! a batch that was being made at one of the two times asked for is counted key by key.

use cardkey_domain::BatchId;
use cardkey_events::StoreError;
use cardkey_licensing::CardKeyFilter;

use super::card_key_list::{MOST_COUNTED, made_between, noted, scope, shown};
use super::tallies::{self, Counts};
use crate::database::Database;
use crate::sql::{Param, Pick, all, places};

/// The counts, where the filter asks for nothing that is a matter of single card keys.
pub(super) async fn of(db: &Database, filter: &CardKeyFilter) -> Result<Option<Counts>, StoreError> {
    if is_of_single_keys(filter) {
        return Ok(None);
    }
    let split = split_batches(db, filter).await?;
    let mut counts = tallies::of(db, &whole_batches(filter, &split)).await?;
    for batch in split {
        for state in shown(filter) {
            let keys = Pick::new().and("batch_id = ? AND state = ?", [batch.value(), state.as_str().value()]);
            let keys = made_between(keys, filter.created_from, filter.created_to);
            counts.add(state, keys.count(db.reads(), "card_keys", MOST_COUNTED).await?);
        }
    }
    Ok(Some(counts))
}

fn is_of_single_keys(filter: &CardKeyFilter) -> bool {
    let CardKeyFilter { owner, device, code_hash, code_part, .. } = filter;
    owner.is_some() || device.is_some() || code_hash.is_some() || code_part.is_some()
}

/// The tallies of batches all of whose card keys are asked for. One that was split a moment ago and is whole by now is none of them.
fn whole_batches(filter: &CardKeyFilter, split: &[BatchId]) -> Pick {
    let mut pick = scope(filter, Pick::new());
    if !split.is_empty() {
        pick = pick.and(&format!("batch_id NOT IN ({})", places(split.len())), split.iter().map(|id| id.value()));
    }
    if filter.note.is_none() && filter.created_from.is_none() && filter.created_to.is_none() {
        return pick;
    }
    let batches = noted(Pick::new(), filter.note.as_deref())
        .and_opt("created_at >= ?", filter.created_from)
        .and_opt("finished_at < ?", filter.created_to);
    pick.and(&format!("batch_id IN (SELECT id FROM card_key_batches{})", batches.conditions()), batches.params())
}

/// The batches some of whose card keys may have been made between the two times, and others before or after: long ones, or such as are
/// being made.
async fn split_batches(db: &Database, filter: &CardKeyFilter) -> Result<Vec<BatchId>, StoreError> {
    let (from, to) = (filter.created_from, filter.created_to);
    let split = match (from, to) {
        (None, None) => return Ok(Vec::new()),
        (Some(from), None) => Pick::new().and("created_at < ?", [from.value()]),
        (None, Some(to)) => Pick::new().and("(finished_at IS NULL OR finished_at >= ?)", [to.value()]),
        (Some(from), Some(to)) => {
            let either = "(created_at < ? OR finished_at IS NULL OR finished_at >= ?)";
            Pick::new().and(either, [from.value(), to.value()])
        }
    };
    let split = noted(split, filter.note.as_deref())
        .and_opt("(finished_at IS NULL OR finished_at >= ?)", from)
        .and_opt("created_at < ?", to)
        .and_opt("id = ?", filter.batch)
        .and_opt("app_id = ?", filter.app);
    let sql = format!("SELECT id FROM card_key_batches{}", split.conditions());
    all(db.reads(), &sql, split.params()).await?.iter().map(|row| row.get("id")).collect()
}
