//! Measures the database alone, without HTTP and without ciphers: `cargo run --release --example measure -- <url> [card keys]`.
//! Needs an empty database; what it writes stays there.

#![allow(clippy::print_stdout, reason = "a program that prints figures")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use cardkey_domain::{
    Ambient, AppId, CardKeyCode, Clock, MaskedCardKey, PageRequest, Secret, SeededEntropy, Text, Timestamp, UserName,
    Validity,
};
use cardkey_events::{Call, Deed, Happening, Transaction, record};
use cardkey_identity::model::{Session, SessionDevice, TokenHash, User, UserStatus};
use cardkey_licensing::model::{
    App, AppPolicy, AppStatus, Batch, BatchStatus, CardKey, CardKeyState, Device, Fingerprint, Licence, NewCardKey,
    Seat,
};
use cardkey_licensing::{CardKeyFilter, Reader, Store};
use cardkey_persistence::Database;
use tokio::task::JoinSet;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const CLIENTS: usize = 64;

/// A clock that moves on whenever it is asked, so that identifiers follow one another as they do in time.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.fetch_add(10, Ordering::Relaxed))
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("a database URL is needed")?;
    let keys: usize = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let db = Database::connect(&url, 16).await?;
    let started = Instant::now();
    println!("migrations: {} in {:?}", db.migrate().await?.len(), started.elapsed());

    let clock = Ticking(AtomicI64::new(Timestamp::parse("2026-11-20T00:00:00Z")?.micros()));
    let ambient = Ambient::new(Arc::new(clock), Arc::new(SeededEntropy::new(7)));
    let owner = account(&ambient)?;
    let mut work = cardkey_identity::Store::begin(&db).await?;
    work.users().insert(&owner).await?;
    let session = session(&ambient, &owner);
    work.sessions().insert(&session).await?;
    work.commit().await?;

    let app = app(&ambient)?;
    let batch = batch(&ambient, app.id, keys)?;
    let mut work = Store::begin(&db).await?;
    work.apps().insert(&app).await?;
    work.batches().insert(&batch).await?;
    work.commit().await?;

    small_units(&db, &ambient).await?;
    let made = generate(&db, &ambient, &batch, keys).await?;
    pages(&db, app.id, &batch).await?;
    let activated = activations(&db, &ambient, &owner, made).await?;
    standings(&db, &activated).await?;
    session_reads(&db, &session).await?;
    let started = Instant::now();
    db.fold_tallies().await?;
    println!("folding the tallies: {:?}", started.elapsed());
    pages(&db, app.id, &batch).await
}

async fn small_units(db: &Database, ambient: &Ambient) -> Result<(), Failure> {
    const UNITS: usize = 20_000;
    let started = Start::now();
    let mut clients = JoinSet::new();
    for client in 0..256 {
        let (db, ambient) = (db.clone(), ambient.clone());
        clients.spawn(async move {
            for _ in 0..UNITS / 256 {
                let mut work = Store::begin(&db).await?;
                let call = Call::by_system("measure", client.to_string());
                let deed = Deed::done("measure.write");
                record(work.as_mut() as &mut dyn Transaction, &ambient, &call, deed, Vec::new()).await?;
                work.commit().await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(done) = clients.join_next().await {
        done??;
    }
    started.tell("small units (an audit row each, 256 clients)", UNITS);
    Ok(())
}

async fn generate(db: &Database, ambient: &Ambient, batch: &Batch, count: usize) -> Result<Vec<[u8; 32]>, Failure> {
    const CHUNK: usize = 5_000;
    let started = Start::now();
    let mut hashes = Vec::with_capacity(count);
    while hashes.len() < count {
        let keys: Vec<NewCardKey> = (0..CHUNK.min(count - hashes.len())).map(|_| new_key(ambient)).collect();
        hashes.extend(keys.iter().map(|key| key.code_hash));
        let mut work = Store::begin(db).await?;
        work.card_keys().insert_unused(batch, &keys, ambient.now()).await?;
        work.commit().await?;
    }
    started.tell("card keys inserted", count);
    Ok(hashes)
}

async fn pages(db: &Database, app: AppId, batch: &Batch) -> Result<(), Failure> {
    let scope = CardKeyFilter { app: Some(app), ..CardKeyFilter::default() };
    let filters = [
        ("everything", CardKeyFilter::default()),
        ("an app", scope.clone()),
        (
            "a batch, unused",
            CardKeyFilter { batch: Some(batch.id), state: Some(CardKeyState::Unused), ..scope.clone() },
        ),
        (
            "a batch, activated",
            CardKeyFilter { batch: Some(batch.id), state: Some(CardKeyState::Activated), ..scope.clone() },
        ),
        ("a note", CardKeyFilter { note: Some("spr".to_owned()), ..scope.clone() }),
        ("a part of the code", CardKeyFilter { code_part: Some("ABCD".to_owned()), ..scope.clone() }),
        ("made since", CardKeyFilter { created_from: Some(batch.created_at), ..scope }),
    ];
    for (name, filter) in filters {
        let started = Instant::now();
        let first = db.card_keys(&filter, PageRequest::first()).await?;
        let took = started.elapsed();
        let deep = PageRequest::parse(Some(5_000), None, None)?;
        let started = Instant::now();
        db.card_keys(&filter, deep).await?;
        println!("a page of {name}: {took:?} ({} in all); the 5,000th: {:?}", first.total, started.elapsed());
    }
    Ok(())
}

async fn activations(
    db: &Database,
    ambient: &Ambient,
    owner: &User,
    hashes: Vec<[u8; 32]>,
) -> Result<Vec<(Licence, Device)>, Failure> {
    let count = hashes.len().min(20_000);
    let hashes: Arc<Vec<[u8; 32]>> = Arc::new(hashes);
    let started = Start::now();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (db, ambient, owner, hashes) = (db.clone(), ambient.clone(), owner.clone(), Arc::clone(&hashes));
        clients.spawn(async move {
            let mut activated = Vec::new();
            for place in (client..count).step_by(CLIENTS) {
                activated.push(activate(&db, &ambient, &owner, hashes[place]).await?);
            }
            Ok::<_, Failure>(activated)
        });
    }
    let mut activated = Vec::new();
    while let Some(done) = clients.join_next().await {
        activated.extend(done??);
    }
    started.tell("activations (64 clients)", count);
    Ok(activated)
}

async fn activate(
    db: &Database,
    ambient: &Ambient,
    owner: &User,
    hash: [u8; 32],
) -> Result<(Licence, Device), Failure> {
    let seen = db.card_key_by_hash(hash).await?.ok_or("the key is gone")?;
    let now = ambient.now();
    let device = device(ambient, &seen, owner);
    db.device_by_fingerprint(seen.app_id, &device.fingerprint).await?;
    let licence = licence(ambient, &seen, owner);
    let key = CardKey {
        state: CardKeyState::Activated,
        owner_id: Some(owner.id),
        licence_id: Some(licence.id),
        activated_at: Some(now),
        ..seen.clone()
    };
    let seat = Seat {
        id: ambient.id(),
        licence_id: licence.id,
        device_id: device.id,
        number: 0,
        bound_at: now,
        bound_ip: None,
        unbound_at: None,
        public_key: None,
    };
    let mut work = Store::begin(db).await?;
    if !work.card_keys().update(&seen, &key).await? {
        return Err("somebody else was first".into());
    }
    work.licences().insert(&licence).await?;
    work.devices().insert(&device).await?;
    work.licences().bind(&seat).await?;
    let happened = Happening::CardKeyActivated {
        card_key_id: seen.id,
        licence_id: licence.id,
        app_id: seen.app_id,
        user_id: owner.id,
        device_id: device.id,
        expires_at: None,
    };
    let registered = Happening::DeviceRegistered { device_id: device.id, app_id: seen.app_id, user_id: owner.id };
    let call = Call::by_system("measure", "a request".to_owned());
    let deed = Deed::done("card_key.activate").to("card_key", seen.id);
    record(work.as_mut() as &mut dyn Transaction, ambient, &call, deed, vec![happened, registered]).await?;
    work.commit().await?;
    Ok((licence, device))
}

async fn standings(db: &Database, activated: &[(Licence, Device)]) -> Result<(), Failure> {
    let count = activated.len().min(20_000);
    let pairs: Arc<Vec<_>> = Arc::new(activated.iter().map(|(licence, device)| (licence.id, device.id)).collect());
    let started = Start::now();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (db, pairs) = (db.clone(), Arc::clone(&pairs));
        clients.spawn(async move {
            for place in (client..count).step_by(CLIENTS) {
                let (licence, device) = pairs[place];
                let standing = db.standing(licence, device).await?.ok_or("no standing")?;
                assert!(standing.seat.is_some() && standing.owner_active);
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(done) = clients.join_next().await {
        done??;
    }
    started.tell("standings (64 clients)", count);
    Ok(())
}

async fn session_reads(db: &Database, session: &Session) -> Result<(), Failure> {
    const READS: usize = 20_000;
    let started = Start::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (db, id) = (db.clone(), session.id);
        clients.spawn(async move {
            for _ in 0..READS / CLIENTS {
                cardkey_identity::Reader::session(&db, id).await?.ok_or("no session")?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(done) = clients.join_next().await {
        done??;
    }
    started.tell("sessions read (64 clients)", READS);
    Ok(())
}

/// When a measurement began, and how much of the processors this process had used by then.
struct Start(Instant, f64);

impl Start {
    fn now() -> Self {
        Self(Instant::now(), processor_seconds())
    }

    fn tell(self, what: &str, count: usize) {
        let each = (processor_seconds() - self.1) / count as f64 * 1e6;
        let took = self.0.elapsed();
        println!(
            "{what}: {:.0}/s ({count} in {took:?}), {each:.0} µs of processor each",
            count as f64 / took.as_secs_f64()
        );
    }
}

/// User and system time of this process (proc(5), stat fields 14 and 15, in hundredths of a second).
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn account(ambient: &Ambient) -> Result<User, Failure> {
    let now = ambient.now();
    Ok(User {
        id: ambient.id(),
        name: UserName::parse("measure")?,
        email: None,
        password_hash: Secret::new("$2b$12$".to_owned()),
        status: UserStatus::Active,
        must_change_password: false,
        roles: Vec::new(),
        created_at: now,
        updated_at: now,
        last_login_at: None,
        password_changed_at: now,
    })
}

fn session(ambient: &Ambient, user: &User) -> Session {
    let now = ambient.now();
    let end = now.plus(std::time::Duration::from_secs(3_600));
    Session {
        id: ambient.id(),
        user_id: user.id,
        access_token: TokenHash(ambient.bytes()),
        refresh_token: TokenHash(ambient.bytes()),
        device: SessionDevice::default(),
        ip: None,
        location: None,
        created_at: now,
        last_active_at: now,
        idle_end: end,
        absolute_end: end,
        revoked_at: None,
        revoked_reason: None,
        risk_score: 0,
        risk_reasons: Vec::new(),
    }
}

fn app(ambient: &Ambient) -> Result<App, Failure> {
    Ok(App {
        id: ambient.id(),
        name: Text::parse("An app")?,
        description: None,
        contact: None,
        status: AppStatus::Active,
        policy: AppPolicy::default(),
        created_at: ambient.now(),
        updated_at: ambient.now(),
    })
}

fn batch(ambient: &Ambient, app: AppId, count: usize) -> Result<Batch, Failure> {
    Ok(Batch {
        id: ambient.id(),
        app_id: app,
        name: None,
        note: Text::parse_optional(Some("spring sale"))?,
        price_cents: Some(990),
        validity: Validity::Days { days: 30 },
        max_devices: 1,
        count: u32::try_from(count)?,
        generated: 0,
        status: BatchStatus::Running,
        created_by: None,
        created_at: ambient.now(),
        finished_at: None,
    })
}

fn new_key(ambient: &Ambient) -> NewCardKey {
    let code = CardKeyCode::generate(ambient.entropy());
    let MaskedCardKey { head, tail } = code.masked();
    NewCardKey {
        id: ambient.id(),
        code_hash: ambient.bytes(),
        masked: MaskedCardKey { head, tail },
        sealed_code: ambient.bytes::<48>().to_vec(),
    }
}

fn device(ambient: &Ambient, key: &CardKey, owner: &User) -> Device {
    Device {
        id: ambient.id(),
        app_id: key.app_id,
        owner_id: owner.id,
        fingerprint: Fingerprint(ambient.bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect()),
        components: Vec::new(),
        name: None,
        os: None,
        ip: None,
        first_seen_at: ambient.now(),
        last_seen_at: ambient.now(),
    }
}

fn licence(ambient: &Ambient, key: &CardKey, owner: &User) -> Licence {
    Licence {
        id: ambient.id(),
        card_key_id: key.id,
        app_id: key.app_id,
        owner_id: owner.id,
        max_devices: 1,
        expires_at: None,
        uses_left: None,
        trial: false,
        epoch: 0,
        created_at: ambient.now(),
    }
}
