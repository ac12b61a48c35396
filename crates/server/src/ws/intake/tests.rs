use proptest::prelude::*;

use super::*;

fn framed(length: u64) -> Vec<u8> {
    let mut bytes = vec![0x81];
    match length {
        0..=125 => bytes.push(0x80 | length as u8),
        126..=65_535 => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend([1, 2, 3, 4]);
    bytes.extend(std::iter::repeat_n(0xFF, length.min(70_000) as usize));
    bytes
}

proptest! {
    // WS-03
    #[test]
    fn lengths_are_told_however_the_bytes_are_cut(lengths in prop::collection::vec(0u64..70_000, 1..6), cut in 1usize..5_000) {
        let bytes: Vec<u8> = lengths.iter().flat_map(|length| framed(*length)).collect();
        let mut watch = FrameWatch::new(Instant::now());
        let seen: Result<(), _> = bytes.chunks(cut).try_for_each(|chunk| watch.see(chunk, Instant::now()));
        prop_assert_eq!(seen.is_ok(), lengths.iter().all(|length| *length <= LONGEST_FRAME as u64));
    }

    // WS-03
    #[test]
    fn no_bytes_bring_the_watch_down(bytes in prop::collection::vec(any::<u8>(), 0..2_000), cut in 1usize..50) {
        let mut watch = FrameWatch::new(Instant::now());
        let _ = bytes.chunks(cut).try_for_each(|chunk| watch.see(chunk, Instant::now()));
    }
}

// WS-03
#[test]
fn a_frame_of_an_impossible_length_is_refused_by_its_header() {
    let mut watch = FrameWatch::new(Instant::now());
    assert_eq!(watch.see(&framed(u64::MAX)[..14], Instant::now()), Err(Code::FrameTooLong));
}

// WS-03
#[test]
fn a_flood_is_stopped_and_a_steady_client_is_not() {
    let start = Instant::now();
    let mut flood = FrameWatch::new(start);
    let taken = (0..1_000).take_while(|_| flood.see(&framed(3), start).is_ok()).count();
    assert_eq!(taken, BURST as usize);
    let mut steady = FrameWatch::new(start);
    for second in 0..100 {
        for _ in 0..90 {
            assert_eq!(steady.see(&framed(3), start + Duration::from_secs(second)), Ok(()));
        }
    }
}
