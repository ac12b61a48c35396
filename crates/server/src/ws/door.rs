//! How somebody is let in: from here on the request is a connection.

use std::rc::Rc;

use actix_web::{HttpRequest, HttpResponse, web};
use actix_web_actors::ws::WsResponseBuilder;
use cardkey_domain::ConnectionId;

use super::client::Client;
use super::close::Close;
use super::connection::Connection;
use super::frame::ServerFrame;
use super::holder::Holder;
use super::intake::{Intake, LONGEST_FRAME};
use super::pulse::PING_EVERY;
use super::ward::Ward;
use crate::http::{Locale, Problem};

/// Somebody who was found to be who they say, with the request that is to become a connection.
pub(crate) struct Knock {
    pub(crate) request: HttpRequest,
    pub(crate) payload: web::Payload,
    pub(crate) holder: Holder,
    pub(crate) locale: Locale,
    /// How many doubts the ward had heard of ([`Ward::doubts`]) before it was found out who this is.
    pub(crate) doubts: u64,
}

/// Makes a connection of the request. Whoever has too many is let in to be told so: browsers show nothing of a refusal but a close code.
pub(crate) async fn open(ward: &Rc<Ward>, knock: Knock) -> Result<HttpResponse, Problem> {
    let live = ward.live();
    let Knock { request, payload, holder, locale, doubts } = knock;
    let reader = live.reader(holder.user, holder.credential).await?;
    // Nothing is awaited from here on: what the ward hands out next is handed to this connection too.
    let at = ward.position();
    let place = live.limits.take(holder.user, holder.ip());
    let has_place = place.is_some();
    let connection = Rc::new(Connection::new(holder, reader, locale, at, place));
    if !has_place {
        connection.close(Close::TooMany);
    } else if let Some(close) = live.session_over(&connection.holder) {
        connection.close(close);
    } else if live.is_ending() {
        // The others were sent away before this one came.
        connection.close(Close::GoingAway { retry_after_ms: live.retry_hint() });
    }
    let bed = ward.admit(&connection);
    if ward.doubts() != doubts {
        ward.ask_about(&bed, &connection);
    }
    let hello = ServerFrame::Hello {
        connection_id: &live.ambient.id::<ConnectionId>().to_string(),
        epoch: live.epoch,
        seq: at,
        server_time: live.ambient.now(),
        ping_seconds: PING_EVERY.as_secs(),
    };
    live.figures.note_opened();
    let client = Client::new(Rc::clone(&connection), Rc::clone(ward), bed, hello.text());
    let intake = Intake::of(payload, connection);
    let opened = WsResponseBuilder::new(client, &request, intake).frame_size(LONGEST_FRAME).start();
    opened.map_err(|error| Problem::internal(error.to_string()))
}
