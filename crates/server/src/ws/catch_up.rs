//! Reading the log for a client that was away, and handing it over to the ward without a gap and without a double.

use std::rc::Rc;
use std::time::Duration;

use cardkey_announce::Seq;

use super::connection::Connection;
use super::entry::Entry;
use super::ward::Ward;
use crate::http::Code;

/// Entries read at once for one client.
const PAGE: u32 = 50;
/// When the database does not answer it is asked again after this.
const ASKED_AGAIN: Duration = Duration::from_millis(250);

/// Sends a client everything after a number, as long as it is its turn, and then lets it live.
pub(super) async fn catch_up(ward: Rc<Ward>, connection: Rc<Connection>, from: Seq, turn: u32) {
    let live = Rc::clone(&ward);
    let live = live.live();
    let mut after = from;
    while connection.room(turn).await {
        // Whatever the ward handed out up to here stands in the log when it is read now.
        let position = ward.position();
        let read = {
            let _one_of_few = live.log_readers.acquire().await;
            let is_ahead = after > position && live.log.head().await.is_ok_and(|head| after > head.seq);
            if is_ahead {
                after = position;
                connection.refuse(Code::LiveSeqUnknown);
            }
            live.log.after(after, &connection.reader(), live.ambient.now(), PAGE).await
        };
        let Ok(rows) = read else {
            tokio::time::sleep(ASKED_AGAIN).await;
            continue;
        };
        if !connection.is_turn(turn) {
            return;
        }
        let is_all = rows.len() < PAGE as usize;
        for row in &rows {
            after = row.seq;
            connection.catch_up_with(&Entry::for_reader(row));
        }
        if is_all {
            after = after.max(position);
            // What the ward handed out while the log was read passed this client by: then it is read on.
            if ward.position() == position {
                connection.end_catching_up(after);
                return;
            }
        }
    }
}
