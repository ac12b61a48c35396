//! A Rust service that issues card keys and verdicts and checks them offline, with nothing of Cardkey but this crate: no server, no
//! database, no runtime.
//!
//! `cargo run -p cardkey-licensing --example issue_and_check`

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cardkey_crypto::{LookupKey, MasterKey, Vault};
use cardkey_domain::{Ambient, ManualClock, Secret, SeededEntropy, Text, Timestamp, UserId, Validity};
use cardkey_events::Call;
use cardkey_licensing::memory::MemoryStore;
use cardkey_licensing::model::AppPolicy;
use cardkey_licensing::{
    Activate, DeviceInfo, Expectation, Licensing, Nonce, OrderBatch, RegisterApp, VerdictChecker, Verify,
};

fn main() -> Result<(), Box<dyn Error>> {
    // A real service takes the system's clock and randomness, keeps its keys, and gives a store of its own.
    let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-11-20T08:00:00Z")?));
    let entropy = Arc::new(SeededEntropy::new(1));
    let ambient = Ambient::new(clock.clone(), entropy.clone());
    let store = MemoryStore::new();
    let vault = Vault::new(&MasterKey::generate(entropy.as_ref()), &[], entropy);
    let lookup = LookupKey::new(&Secret::new(ambient.bytes()));
    let licensing = Licensing::new(Arc::new(store.clone()), ambient.clone(), vault, lookup, "https://shop.example");
    let customer: UserId = ambient.id();
    store.put_account(customer, "customer", true);
    let call = Call::by_system("shop", "example".to_owned());

    // The operator registers an app and orders card keys.
    let policy = AppPolicy { entitlements: vec!["pro".to_owned()], ..AppPolicy::default() };
    let register = RegisterApp { name: Text::parse("Trader")?, description: None, contact: None, policy };
    let app = now(licensing.register_app(&call, register))?;
    let order = OrderBatch {
        app_id: app.id,
        count: 10,
        validity: Validity::Days { days: 30 },
        max_devices: None,
        name: None,
        note: None,
        price_cents: None,
    };
    let batch = now(licensing.order_batch(&call, order))?;
    let mut export = now(licensing.export_batch(&call, batch.id, "txt"))?;
    let (_, code) = now(licensing.export_step(&mut export))?.remove(0);
    println!("card key     {}", code.expose_grouped());

    // The customer redeems one on a device.
    let device_info = DeviceInfo {
        cpu_id: Some("BFEBFBFF000906EA".to_owned()),
        motherboard_id: Some("PF1AB2CD".to_owned()),
        mac_address: Some("00:1A:2B:3C:4D:5E".to_owned()),
        ..DeviceInfo::default()
    };
    let redeem =
        Activate { user_id: customer, code, device_info: device_info.clone(), nonce: None, device_public_key: None };
    let activated = now(licensing.activate(&call, redeem))?;
    println!("licence      {}", activated.licence_id);

    // The app asks at its start, and checks the answer with the published keys alone.
    let ask = Verify {
        verdict: activated.verdict,
        device_info,
        nonce: Nonce::parse("8f14e45f")?,
        version: None,
        proof: None,
    };
    let answer = now(licensing.verify(&call, ask))?;
    let keys = now(licensing.published_keys(app.id))?.ok_or("the app is registered")?;
    let checker = VerdictChecker::new(app.id, &keys);
    let expected = Expectation { device: Some(activated.device_id), nonce: Some("8f14e45f"), ..Expectation::default() };
    let lease = checker.check(&answer.verdict, expected, ambient.now())?;
    println!("verdict      {} {:?}, offline until {}", lease.claims.code, lease.claims.entitlements, lease.until);

    // Three days later the lease is over, and the app must ask again.
    clock.advance(Duration::from_secs(73 * 3_600));
    let late = checker.check(&answer.verdict, expected, ambient.now());
    println!("later        {}", late.err().ok_or("the lease should be over")?);
    Ok(())
}

/// The store in memory never waits for anybody here, so a future is ready when it is first asked.
fn now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}
