//! The socket below a connection: the HTTP server writes to it, and stops looking at the connection while the client does not read. To end
//! such a one, the socket itself is shut.

use std::any::Any;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;

#[cfg(unix)]
pub(crate) use unix::{Socket, keep};

/// The socket that a request came on.
pub(super) fn of(request: &HttpRequest) -> Option<Socket> {
    request.conn_data::<Socket>().cloned()
}

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, OwnedFd};
    use std::sync::Arc;

    use actix_web::rt::net::TcpStream;

    use super::{Any, Extensions};

    /// A second handle of a client's socket.
    #[derive(Debug, Clone)]
    pub(crate) struct Socket(Arc<OwnedFd>);

    impl Socket {
        /// Ends both directions at once.
        pub(in crate::ws) fn shut(&self) {
            // It may be shut already.
            let _shut = rustix::net::shutdown(&*self.0, rustix::net::Shutdown::Both);
        }
    }

    /// Keeps the handle with the connection's data.
    pub(crate) fn keep(connection: &dyn Any, data: &mut Extensions) {
        if let Some(stream) = connection.downcast_ref::<TcpStream>()
            && let Ok(handle) = stream.as_fd().try_clone_to_owned()
        {
            data.insert(Socket(Arc::new(handle)));
        }
    }
}

#[cfg(not(unix))]
pub(crate) use elsewhere::{Socket, keep};

#[cfg(not(unix))]
mod elsewhere {
    use super::{Any, Extensions};

    /// Nothing: here a client that does not read is left to the system's own time-outs.
    #[derive(Debug, Clone)]
    pub(crate) struct Socket;

    impl Socket {
        pub(in crate::ws) fn shut(&self) {}
    }

    pub(crate) fn keep(_: &dyn Any, _: &mut Extensions) {}
}
