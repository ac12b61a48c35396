use proptest::prelude::*;

use super::render;

// ANN-01
#[test]
fn markdown_becomes_html() {
    assert_eq!(
        render("# 维护\n\n**今晚** [说明](https://example.com)"),
        concat!(
            "<h1>维护</h1>\n<p><strong>今晚</strong> ",
            r#"<a href="https://example.com" rel="noopener noreferrer nofollow">说明</a></p>"#
        )
    );
    assert!(render("|a|b|\n|-|-|\n|1|2|").contains("<td>1</td>"));
}

// ANN-01
#[test]
fn html_is_shown_as_text() {
    assert_eq!(render("a <script>alert(1)</script>"), "<p>a &lt;script&gt;alert(1)&lt;/script&gt;</p>");
    assert!(!render("<iframe src=x onload=alert(1)>\n\n<b>x</b>").contains("<iframe"));
}

// ANN-01
#[test]
fn links_lead_to_pages_and_mail_alone_and_images_are_not_loaded() {
    for link in ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "//evil", "/local"] {
        let html = render(&format!("[x]({link})"));
        assert!(!html.contains("href"), "{link}: {html}");
    }
    assert!(render("[x](mailto:a@example.com)").contains("href"));
    assert!(!render("![x](https://example.com/a.png)").contains("<img"));
}

proptest! {
    // ANN-01
    #[test]
    fn no_text_becomes_a_program(text in r#"[ \n<>/"'`*_\[\]()!#&;:a-z=]{0,200}"#, at in 0_usize..200) {
        let mut whole = text;
        let at = whole.char_indices().map(|(index, _)| index).nth(at).unwrap_or(whole.len());
        whole.insert_str(at, "<script>[x](javascript:alert(1))<img src=x onerror=alert(1)>");
        let html = render(&whole).to_lowercase();
        for tag in ["<script", "<img", "<iframe", "<style", "<svg", "href=\"javascript"] {
            prop_assert!(!html.contains(tag), "{} in {}", tag, html);
        }
    }
}
