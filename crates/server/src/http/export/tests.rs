use std::borrow::Cow;
use std::io::Read;

use futures::TryStreamExt;
use futures::executor::block_on;
use serde::Serialize;
use tokio::sync::mpsc::channel;

use super::lines::harmless;
use super::{Lines, Row, lines, workbook};

#[derive(Serialize)]
struct Note(String);

impl Row for Note {
    const COLUMNS: &'static [&'static str] = &["note"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![self.0.as_str().into()]
    }
}

// CARD-03, AUD-04
#[test]
fn a_text_is_never_a_formula() {
    for formula in ["=1+1", "+cmd", "-2", "@sum", "\t=1", "\r=1", " =HYPERLINK(\"x\")", "＝1"] {
        assert_eq!(harmless(formula), format!("'{formula}"));
    }
    for note in ["spring", "1=1", "a@b.example", ""] {
        assert_eq!(harmless(note), note);
    }
}

fn file(steps: Vec<Vec<&str>>, format: Lines) -> String {
    let steps = steps.into_iter().map(|step| Ok(step.into_iter().map(|text| Note(text.to_owned())).collect()));
    let pieces = lines::<Note>(Box::pin(futures::stream::iter(steps.collect::<Vec<_>>())), format);
    let bytes: Vec<u8> = block_on(pieces.try_collect::<Vec<_>>()).unwrap().concat();
    String::from_utf8(bytes).unwrap()
}

// CARD-03, AUD-04
#[test]
fn files_are_whole_whether_there_are_no_rows_or_many_steps_of_them() {
    assert_eq!(file(vec![], Lines::Json), "[\n]\n");
    assert_eq!(file(vec![vec!["a", "b"], vec!["\"c"]], Lines::Json), "[\n\"a\",\n\"b\",\n\"\\\"c\"\n]\n");
    assert_eq!(file(vec![], Lines::Csv), "\u{FEFF}note\r\n");
    assert_eq!(
        file(vec![vec!["a,b"], vec!["=c", "\"d"]], Lines::Csv),
        "\u{FEFF}note\r\n\"a,b\"\r\n'=c\r\n\"\"\"d\"\r\n"
    );
}

// AUD-04
#[test]
fn what_does_not_fit_on_a_sheet_goes_to_the_next_and_what_does_not_fit_in_a_cell_is_cut() {
    let (sender, receiver) = channel(8);
    let long = "长".repeat(40_000);
    for text in ["one", "two", "three", "four", &long] {
        sender.try_send(vec![Note(text.to_owned())]).unwrap();
    }
    drop(sender);
    let mut bytes = Vec::new();
    workbook::write(receiver, 3).unwrap().read_to_end(&mut bytes).unwrap();
    let names = |name: &str| bytes.windows(name.len()).filter(|window| *window == name.as_bytes()).count();
    assert!(names("xl/worksheets/sheet3.xml") > 0 && names("xl/worksheets/sheet4.xml") == 0);
}
