use actix_web::HttpRequest;
use actix_web::http::header;

/// A language we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// 简体中文.
    #[default]
    Zh,
    /// English.
    En,
}

impl Locale {
    /// The language a request asks for, or `default`.
    pub(crate) fn of(request: &HttpRequest, default: Self) -> Self {
        let header = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        header.and_then(Self::preferred).unwrap_or(default)
    }

    /// The language tag (RFC 5646).
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language of a tag, by its first subtag.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        match language {
            _ if language.eq_ignore_ascii_case("zh") => Some(Self::Zh),
            _ if language.eq_ignore_ascii_case("en") => Some(Self::En),
            _ => None,
        }
    }

    /// The one of ours with the highest quality (RFC 9110 section 12.5.4); the first of several.
    fn preferred(header: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for range in header.split(',').take(16) {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let quality = match parameters.trim().strip_prefix("q=") {
                Some(text) => text.trim().parse().unwrap_or(0.0),
                None => 1.0,
            };
            let Some(locale) = Self::of_tag(tag.trim()) else { continue };
            if quality > best.map_or(0.0, |(_, quality)| quality) {
                best = Some((locale, quality));
            }
        }
        best.map(|(locale, _)| locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // SEC-06
    #[test]
    fn the_language_is_the_known_one_with_the_highest_quality() {
        assert_eq!(Locale::preferred("en-US,en;q=0.9,zh-CN;q=0.8"), Some(Locale::En));
        assert_eq!(Locale::preferred("fr, en;q=0.3, zh;q=0.7"), Some(Locale::Zh));
        assert_eq!(Locale::preferred("fr, en;q=0"), None);
        assert_eq!(Locale::preferred("*;q=x,,;"), None);
    }
}
