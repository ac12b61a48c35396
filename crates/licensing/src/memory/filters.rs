use cardkey_domain::{Id, Page, PageRequest};

use super::state::State;
use crate::model::{BlacklistEntry, CardKey, CardKeyState, Device};
use crate::{CardKeyFilter, DeviceFilter};

/// A page of what is given oldest first.
pub(super) fn page<T, I: Id>(rows: Vec<T>, request: PageRequest, id: impl Fn(&T) -> I) -> Page<T> {
    let total = rows.len() as u64;
    let before = request.before();
    let offset = usize::try_from(request.offset()).unwrap_or(usize::MAX);
    let rows = rows
        .into_iter()
        .rev()
        .filter(|row| before.is_none_or(|before| id(row).uuid() < before))
        .skip(offset)
        .take(request.size() as usize + 1)
        .collect();
    Page::from_rows(rows, &request, total, |row| id(row).uuid())
}

impl State {
    pub(super) fn wanted_card_key(&self, filter: &CardKeyFilter, key: &CardKey) -> bool {
        let state = filter.state.map_or(key.state != CardKeyState::Deleted, |state| state == key.state);
        let bound_to = |device| {
            let licence = key.licence_id;
            licence.is_some_and(|licence| self.bound_seats(licence).iter().any(|seat| seat.device_id == device))
        };
        let begins = |part: &String| key.note.as_ref().is_some_and(|note| note.as_str().starts_with(part.as_str()));
        state
            && filter.app.is_none_or(|app| app == key.app_id)
            && filter.batch.is_none_or(|batch| batch == key.batch_id)
            && filter.owner.is_none_or(|owner| key.owner_id == Some(owner))
            && filter.device.is_none_or(bound_to)
            && filter.created_from.is_none_or(|from| key.created_at >= from)
            && filter.created_to.is_none_or(|to| key.created_at < to)
            && filter.note.as_ref().is_none_or(begins)
            && filter.code_hash.is_none_or(|hash| self.codes.get(&hash) == Some(&key.id))
            && filter.code_part.as_ref().is_none_or(|part| key.masked.head == *part || key.masked.tail == *part)
    }

    pub(super) fn wanted_device(&self, filter: &DeviceFilter, device: &Device) -> bool {
        let on = |licence| self.bound_seats(licence).iter().any(|seat| seat.device_id == device.id);
        filter.app.is_none_or(|app| app == device.app_id)
            && filter.owner.is_none_or(|owner| owner == device.owner_id)
            && filter.licence.is_none_or(on)
            && filter.seen_from.is_none_or(|from| device.last_seen_at >= from)
            && filter.seen_before.is_none_or(|before| device.last_seen_at < before)
    }
}

pub(super) fn in_force(entry: &BlacklistEntry, now: cardkey_domain::Timestamp) -> bool {
    entry.lifted_at.is_none() && entry.until.is_none_or(|until| now < until)
}
