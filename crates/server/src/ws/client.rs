use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, StreamHandler, WrapFuture};
use actix_web_actors::ws::{Message, ProtocolError, WebsocketContext};
use bytestring::ByteString;
use cardkey_announce::model::Mark;
use cardkey_announce::{NoteError, Seq};
use cardkey_domain::AnnouncementId;
use futures::Stream;
use tokio::time::Instant;
use uuid::Uuid;

use super::connection::Connection;
use super::frame::{ClientFrame, ServerFrame};
use super::outlet::Task;
use super::ward::{Bed, Ward};
use crate::http::{Code, Problem};

/// The actor that reads frames from one socket and writes frames to it. It decides nothing: what is to be written and when it is to end
/// stands in the [`Connection`].
pub(super) struct Client {
    connection: Rc<Connection>,
    ward: Rc<Ward>,
    hello: Option<ByteString>,
    _bed: Bed,
}

impl Client {
    /// A client that is greeted, unless it is to go at once.
    pub(super) fn new(connection: Rc<Connection>, ward: Rc<Ward>, bed: Bed, hello: ByteString) -> Self {
        let hello = (!connection.is_closing()).then_some(hello);
        Self { connection, ward, hello, _bed: bed }
    }

    fn take(&mut self, frame: ClientFrame, context: &mut WebsocketContext<Self>) {
        if let ClientFrame::Resume { epoch, seq } = frame {
            return self.resume(&epoch, seq);
        }
        self.ward.release(&self.connection);
        match frame {
            ClientFrame::Ack { seq } => self.acknowledge(seq),
            ClientFrame::Read { announcement_id } => self.read(announcement_id, context),
            ClientFrame::Confirm { announcement_id } => self.confirm(announcement_id, context),
            ClientFrame::Ping {} | ClientFrame::Resume { .. } => {
                let server_time = self.ward.live().ambient.now();
                self.connection.say(&ServerFrame::Pong { server_time });
            }
        }
    }

    fn resume(&self, epoch: &str, seq: Seq) {
        let is_known = Uuid::parse_str(epoch).is_ok_and(|epoch| epoch == self.ward.live().epoch.0);
        let refused = match () {
            () if !self.connection.may_resume(Instant::now()) => Code::LiveResumeTooOften,
            () if !is_known => Code::LiveEpochUnknown,
            () => return self.ward.rewind(&self.connection, seq),
        };
        self.connection.refuse(refused);
        self.ward.release(&self.connection);
    }

    fn acknowledge(&self, seq: Seq) {
        let announcements = &self.ward.live().announcements;
        for id in self.connection.acknowledge(seq) {
            announcements.note(id, self.connection.holder.user, Mark::Delivered);
        }
    }

    /// What was sent to the client a while ago is theirs to read; anything else is looked for.
    fn read(&self, id: AnnouncementId, context: &mut WebsocketContext<Self>) {
        let announcements = self.ward.live().announcements.clone();
        let holder = self.connection.holder.clone();
        if self.connection.was_sent(id) {
            return announcements.note(id, holder.user, Mark::Read);
        }
        let noted = async move { announcements.read(&holder.call, holder.user, id).await.err() };
        self.wait_for(noted, context);
    }

    fn confirm(&self, id: AnnouncementId, context: &mut WebsocketContext<Self>) {
        let announcements = self.ward.live().announcements.clone();
        let holder = self.connection.holder.clone();
        let noted = async move { announcements.confirm(&holder.call, holder.user, id).await.err() };
        self.wait_for(noted, context);
    }

    /// Says what is left to say, and reads nothing more.
    fn end_at_once(&mut self, code: Code, context: &mut WebsocketContext<Self>) {
        self.connection.refuse_and_close(code);
        while let Poll::Ready(task) = self.connection.poll_task(Waker::noop()) {
            <Self as StreamHandler<Task>>::handle(self, task, context);
        }
        context.stop();
    }

    /// Reads no further frame until this one was worked on, so that frames are worked on in their order.
    fn wait_for(&self, noted: impl Future<Output = Option<NoteError>> + 'static, context: &mut WebsocketContext<Self>) {
        let answered = noted.into_actor(self).map(|failed, client, _| {
            if let Some(error) = failed {
                client.connection.refuse(code_of(error));
            }
        });
        context.wait(answered);
    }
}

fn code_of(error: NoteError) -> Code {
    match error {
        NoteError::NotFound => Code::AnnouncementNotFound,
        NoteError::Store(error) => Problem::from(error).code(),
    }
}

impl Actor for Client {
    type Context = WebsocketContext<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        if let Some(hello) = self.hello.take() {
            context.text(hello);
        }
        context.add_stream(Tasks(Rc::clone(&self.connection)));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.ward.live().figures.note_ended(self.connection.closing());
    }
}

impl StreamHandler<Task> for Client {
    fn handle(&mut self, task: Task, context: &mut Self::Context) {
        match task {
            Task::Ping => context.ping(b""),
            Task::Say(frame) => context.text(frame),
            Task::Write => {
                let mut count = 0;
                self.connection.take_portion(|frame| {
                    context.text(frame);
                    count += 1;
                });
                self.ward.live().figures.note_sent(count);
            }
            Task::Close(close) => context.close(Some(close.into())),
            Task::Stop => context.stop(),
        }
    }
}

impl StreamHandler<Result<Message, ProtocolError>> for Client {
    fn handle(&mut self, message: Result<Message, ProtocolError>, context: &mut Self::Context) {
        self.ward.live().figures.note_taken();
        match message {
            Ok(Message::Close(reason)) => {
                if !self.connection.is_closing() {
                    context.close(reason);
                }
                context.stop();
            }
            // What follows cannot be told from frames any more, and would be found wrong again and again.
            Err(_) => self.end_at_once(Code::FrameMalformed, context),
            _ if self.connection.is_closing() => {}
            Ok(Message::Text(text)) => match ClientFrame::parse(&text) {
                Ok(frame) => self.take(frame, context),
                Err(Code::FrameMalformedJson) => self.connection.refuse_and_close(Code::FrameMalformedJson),
                Err(code) => {
                    self.ward.release(&self.connection);
                    self.connection.refuse(code);
                }
            },
            Ok(Message::Binary(_) | Message::Continuation(_)) => {
                self.connection.refuse_and_close(Code::FrameNotText);
            }
            Ok(Message::Ping(bytes)) => context.pong(&bytes),
            Ok(Message::Pong(_) | Message::Nop) => {}
        }
    }
}

/// What the actor is to do, as a stream.
struct Tasks(Rc<Connection>);

impl Stream for Tasks {
    type Item = Task;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Task>> {
        self.0.poll_task(context.waker()).map(Some)
    }
}
