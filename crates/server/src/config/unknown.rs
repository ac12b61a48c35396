use super::environment::Environment;
use super::table::{LATER, TABLE};

/// Names in the process's environment that begin so are meant for us; others belong to the rest of the machine.
const OURS: &[&str] =
    &["DATABASE_", "ENCRYPTION_", "INITIAL_ADMIN", "JWT_", "LOGIN_", "PASSWORD_", "RATE_LIMIT_", "SMTP_", "UPSTREAM_"];

/// Well-known names of other programs that are near one of ours.
const OF_OTHERS: &[&str] = &["SSL_CERT_FILE"];

/// Names shorter than this are too easily the name of something else with one letter changed.
const SHORTEST_NEAR_MISS: usize = 6;

/// What to tell of names that are set but not as they should be: unknown ones with a guess at what was meant, and known ones that have no
/// effect yet (OPS-14).
pub(crate) fn unknown_names(environment: &Environment) -> Vec<String> {
    let in_file = environment.file.keys().map(|name| (name, true));
    let in_process = environment.process.keys().map(|name| (name, false));
    let mut remarks: Vec<String> = in_file.chain(in_process).filter_map(|(name, ours)| remark(name, ours)).collect();
    remarks.sort();
    remarks.dedup();
    remarks
}

fn remark(name: &str, is_surely_ours: bool) -> Option<String> {
    if TABLE.iter().any(|entry| entry.name == name) || OF_OTHERS.contains(&name) {
        return None;
    }
    if let Some((_, purpose)) = LATER.iter().find(|(known, _)| matches(known, name)) {
        return Some(format!("{name} has no effect in this version ({purpose})"));
    }
    let guess = nearest(name);
    let is_ours = is_surely_ours || guess.is_some() || OURS.iter().any(|prefix| name.starts_with(prefix));
    is_ours.then(|| match guess {
        Some(guess) => format!("{name} is not a known setting; did you mean {guess}?"),
        None => format!("{name} is not a known setting"),
    })
}

fn matches(known: &str, name: &str) -> bool {
    match known.split_once('*') {
        None => known == name,
        Some((start, end)) => {
            name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).is_some_and(|middle| !middle.is_empty())
        }
    }
}

/// The known name that is one or two slips of the keyboard away.
fn nearest(name: &str) -> Option<&'static str> {
    let known = TABLE.iter().map(|entry| entry.name).chain(LATER.iter().map(|(name, _)| *name));
    known
        .filter(|known| known.len() >= SHORTEST_NEAR_MISS)
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remarks(names: &[&'static str]) -> Vec<String> {
        unknown_names(&Environment::of(names.iter().map(|name| (*name, "x".to_owned()))))
    }

    // OPS-14
    #[test]
    fn misspelt_names_are_reported_with_a_guess() {
        assert_eq!(remarks(&["DATABSE_URL"]), ["DATABSE_URL is not a known setting; did you mean DATABASE_URL?"]);
        assert_eq!(remarks(&["JWT_LIFETIME"]), ["JWT_LIFETIME is not a known setting"]);
    }

    // OPS-14
    #[test]
    fn names_of_the_rest_of_the_machine_are_none_of_our_business() {
        assert!(
            remarks(&["PATH", "HOSTNAME", "LANG", "SESSION_MANAGER", "PORTS", "LOGNAME", "SSL_CERT_FILE"]).is_empty()
        );
    }

    // OPS-14
    #[test]
    fn in_the_file_every_unknown_name_is_reported() {
        let file = [("COLOUR".to_owned(), "red".to_owned())].into_iter().collect();
        let environment = Environment { file, ..Environment::default() };
        assert_eq!(unknown_names(&environment), ["COLOUR is not a known setting"]);
    }

    // OPS-14
    #[test]
    fn names_of_later_versions_are_known_to_have_no_effect() {
        assert_eq!(remarks(&["REDIS_URL"]), ["REDIS_URL has no effect in this version (Redis)"]);
        assert_eq!(
            remarks(&["UPSTREAM_OPENAI_URL"]),
            ["UPSTREAM_OPENAI_URL has no effect in this version (the gateway's upstreams)"]
        );
    }
}
