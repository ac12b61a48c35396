use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(10);

/// Waits for a condition that somebody outside this process brings about: asks again and again until it gives a value, at most `bound` long.
pub async fn until<T>(what: &str, bound: Duration, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(start.elapsed() < bound, "waited {bound:?} in vain for {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
