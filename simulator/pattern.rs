//! Patterns with `*`, as IAM actions and EC2 filters have them.

/// Whether the text matches the pattern, in which every `*` stands for anything.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(head) else { return false };
    let Some((middles, tail)) = rest.rsplit_once('*') else { return left.ends_with(rest) };
    for middle in middles.split('*') {
        match left.find(middle) {
            Some(at) => left = left.get(at + middle.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    left.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text) in
            [("*", ""), ("acm:*", "acm:List"), ("a*c*e", "abcde"), ("a*", "a"), ("*b*", "abc"), ("x", "x")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("acm:*", "ec2:List"), ("a*a", "a"), ("a*c*e", "ace2"), ("*b*b", "ab"), ("", "x")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
