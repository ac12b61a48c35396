use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use tokio::net::TcpSocket;

use super::frames::{Found, next_frame, pong};

/// Clients from one address; there are 250 in each of 250 networks of the loopback range.
const FROM_ONE_ADDRESS: usize = 20;

/// What listens, and what it has heard.
///
/// One thread and one `epoll` for all of them: a task for each would cost the two cores, which the server shares, more than the server.
pub(super) struct Crowd {
    size: usize,
    heard: Arc<Heard>,
    listener: Option<JoinHandle<io::Result<Vec<Arrival>>>>,
}

#[derive(Default)]
struct Heard {
    messages: AtomicUsize,
    stop: AtomicBool,
}

/// A message that reached a client.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    /// When.
    pub(super) at: Instant,
    /// Its size.
    pub(super) bytes: usize,
    /// The how manieth message of its client it is, from 0.
    pub(super) number: usize,
}

/// One who listens.
struct Client {
    stream: TcpStream,
    read: Vec<u8>,
    messages: usize,
}

impl Crowd {
    /// Connects so many clients, each with the request that `upgrade` makes for it, and skips the first `greetings` messages of each.
    pub(super) async fn gather(
        port: u16,
        size: usize,
        greetings: usize,
        upgrade: impl Fn(usize) -> String,
    ) -> io::Result<Self> {
        let mut clients = Vec::with_capacity(size);
        for number in 0..size {
            clients.push(Client::connect(port, number, &upgrade(number)).await?);
        }
        let heard = Arc::new(Heard::default());
        let listener = std::thread::Builder::new().name("crowd".into()).spawn({
            let heard = Arc::clone(&heard);
            move || listen(clients, greetings, &heard)
        })?;
        let crowd = Self { size, heard, listener: Some(listener) };
        Ok(crowd)
    }

    /// Waits until each has heard `messages`; false when they have not within the time.
    pub(super) async fn has_heard(&self, messages: usize, within: Duration) -> bool {
        let (start, all) = (Instant::now(), messages * self.size);
        while self.heard.messages.load(Ordering::Acquire) < all {
            if start.elapsed() > within || self.listener.as_ref().is_none_or(JoinHandle::is_finished) {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        true
    }

    /// Disconnects everybody; what they heard.
    pub(super) fn dismiss(mut self) -> io::Result<Vec<Arrival>> {
        self.heard.stop.store(true, Ordering::Release);
        let listener = self.listener.take().ok_or_else(|| io::Error::other("nobody listens"))?;
        listener.join().map_err(|_| io::Error::other("the crowd panicked"))?
    }
}

impl Client {
    async fn connect(port: u16, number: usize, upgrade: &str) -> io::Result<Self> {
        let from = number / FROM_ONE_ADDRESS;
        let [network, host] = [1 + from / 250, 1 + from % 250].map(|part| u8::try_from(part).unwrap_or(u8::MAX));
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 1, network, host), 0)))?;
        let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?.into_std()?;
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut client = Self { stream, read: Vec::new(), messages: 0 };
        client.stream.write_all(upgrade.as_bytes())?;
        client.take_head()?;
        client.stream.set_nonblocking(true)?;
        Ok(client)
    }

    /// Reads the answer to the upgrade; what comes after it stays.
    fn take_head(&mut self) -> io::Result<()> {
        let mut buffer = [0; 2_048];
        loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.read[..end]).into_owned();
                self.read.drain(..end + 4);
                let is_upgraded = head.starts_with("HTTP/1.1 101");
                return if is_upgraded { Ok(()) } else { Err(io::Error::other(format!("no upgrade: {head}"))) };
            }
            match self.stream.read(&mut buffer)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => self.read.extend_from_slice(&buffer[..read]),
            }
        }
    }

    /// Takes the whole frames that are there. `heard` is told the size of each message.
    fn take_frames(&mut self, mut heard: impl FnMut(usize, usize)) -> io::Result<()> {
        let mut taken = 0;
        while let Some((found, end)) = next_frame(&self.read[taken..]) {
            match found {
                Found::Message { bytes } => {
                    heard(self.messages, bytes);
                    self.messages += 1;
                }
                Found::Ping { start, end } => self.stream.write_all(&pong(&self.read[taken + start..taken + end]))?,
                Found::Close => return Err(io::Error::other("the server closed a connection")),
            }
            taken += end;
        }
        self.read.drain(..taken);
        Ok(())
    }
}

/// Listens until told to stop.
fn listen(mut clients: Vec<Client>, greetings: usize, heard: &Heard) -> io::Result<Vec<Arrival>> {
    let watch = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    for (number, client) in clients.iter().enumerate() {
        epoll::add(&watch, &client.stream, epoll::EventData::new_u64(number as u64), epoll::EventFlags::IN)?;
    }
    let (mut arrivals, mut events, mut buffer) = (Vec::new(), Vec::with_capacity(1_024), [0; 16 * 1_024]);
    let mut hear = |client: &mut Client| {
        let (at, mut new) = (Instant::now(), 0);
        client.take_frames(|number, bytes| {
            if number >= greetings {
                arrivals.push(Arrival { at, bytes, number: number - greetings });
                new += 1;
            }
        })?;
        heard.messages.fetch_add(new, Ordering::AcqRel);
        io::Result::Ok(())
    };
    // The greeting may have come together with the answer to the upgrade.
    clients.iter_mut().try_for_each(&mut hear)?;
    let patience = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    while !heard.stop.load(Ordering::Acquire) {
        epoll::wait(&watch, spare_capacity(&mut events), Some(&patience))?;
        for event in events.drain(..) {
            let number = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
            let Some(client) = clients.get_mut(number) else { continue };
            match client.stream.read(&mut buffer) {
                Ok(0) => return Err(io::Error::other("the server ended a connection")),
                Ok(read) => client.read.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            }
            hear(client)?;
        }
    }
    Ok(arrivals)
}
