//! Questions and answers of DNS (RFC 1035 section 4), as far as CNAME records need them.

/// The type of the record, and the class of the internet.
const CNAME: u16 = 5;
const INTERNET: u16 = 1;
/// Flags: recursion is desired; this is an answer; it was cut off; the bits of the error, and the one that says that
/// there is no such name.
const RECURSE: u16 = 0x0100;
const ANSWER: u16 = 0x8000;
const CUT_OFF: u16 = 0x0200;
const ERROR: u16 = 0x000f;
const NO_SUCH_NAME: u16 = 3;
/// Names that point to names that point to names end somewhere.
const MOST_POINTERS: usize = 32;
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// What a server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The name is another name of this one.
    Cname(String),
    /// There is no such record.
    Absent,
    /// The server does not tell.
    Failed,
}

/// The question for the CNAME record of a name; none if it is no name.
pub(super) fn query(id: u16, name: &str) -> Option<Vec<u8>> {
    let head = [id, RECURSE, 1, 0, 0, 0].map(u16::to_be_bytes).concat();
    let kind = [CNAME, INTERNET].map(u16::to_be_bytes).concat();
    Some([head, encoded(name)?, kind].concat())
}

fn encoded(name: &str) -> Option<Vec<u8>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let fits = |label: &str| (1..=LONGEST_LABEL).contains(&label.len());
    if name.len() > LONGEST_NAME || !name.is_ascii() || !name.split('.').all(fits) {
        return None;
    }
    let mut bytes = Vec::with_capacity(name.len() + 2);
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).ok()?);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    Some(bytes)
}

/// The answer in a packet; none if it is not one to this question.
pub(super) fn read(packet: &[u8], id: u16, name: &str) -> Option<Answer> {
    let mut reader = Reader { packet, at: 0 };
    let (of, flags, questions, answers) =
        (reader.number()?, reader.number()?, reader.number()?, reader.number()?);
    reader.at = 12;
    let asked = reader.name()?;
    if of != id || flags & ANSWER == 0 || questions != 1 || !is_same(&asked, name) {
        return None;
    }
    reader.at += 4;
    match flags & ERROR {
        _ if flags & CUT_OFF != 0 => Some(Answer::Failed),
        0 => Some(reader.find(answers, name).unwrap_or(Answer::Failed)),
        NO_SUCH_NAME => Some(Answer::Absent),
        _ => Some(Answer::Failed),
    }
}

/// Names are the same whatever the case, and whether they end in a dot.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
}

struct Reader<'a> {
    packet: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// The CNAME record of a name among so many; none if they cannot be read.
    fn find(&mut self, answers: u16, name: &str) -> Option<Answer> {
        for _ in 0..answers {
            let owner = self.name()?;
            let (kind, class) = (self.number()?, self.number()?);
            self.at += 4; // how long it may be kept
            let length = usize::from(self.number()?);
            let end = self.at + length;
            if kind == CNAME && class == INTERNET && is_same(&owner, name) {
                let target = self.name()?;
                return (self.at == end).then_some(Answer::Cname(target));
            }
            self.at = end;
        }
        Some(Answer::Absent)
    }

    fn number(&mut self) -> Option<u16> {
        let bytes = self.packet.get(self.at..)?.first_chunk()?;
        self.at += 2;
        Some(u16::from_be_bytes(*bytes))
    }

    /// A name, the rest of which may stand elsewhere.
    fn name(&mut self) -> Option<String> {
        let (mut name, mut at, mut behind) = (String::new(), self.at, None);
        let mut pointers = 0;
        loop {
            let length = usize::from(*self.packet.get(at)?);
            match length {
                0 => {
                    self.at = behind.unwrap_or(at + 1);
                    return Some(name);
                }
                0xc0.. => {
                    behind.get_or_insert(at + 2);
                    at = (length & 0x3f) << 8 | usize::from(*self.packet.get(at + 1)?);
                    pointers += 1;
                }
                1..=LONGEST_LABEL => {
                    let label = self.packet.get(at + 1..at + 1 + length)?;
                    name.push_str(std::str::from_utf8(label).ok()?);
                    name.push('.');
                    at += 1 + length;
                }
                _ => return None,
            }
            if pointers > MOST_POINTERS || name.len() > LONGEST_NAME + 1 {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet that answers for `a.example`.
    fn packet(flags: u16, answers: u16, records: &[u8]) -> Vec<u8> {
        let head = [7, flags, 1, answers, 0, 0].map(u16::to_be_bytes).concat();
        let question = [encoded("a.example").unwrap(), vec![0, 5, 0, 1]].concat();
        [&head, &question, records].concat()
    }

    /// A record of the name that was asked for, which stands behind the head.
    fn record(kind: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        [&[0xc0, 12][..], &kind.to_be_bytes(), &[0, 1, 0, 0, 0, 60], &length, value].concat()
    }

    fn target() -> Vec<u8> {
        [&b"\x01b"[..], &[0xc0, 14]].concat() // `b`, and what is behind the `a`
    }

    const OK: u16 = 0x8180;

    #[test]
    fn a_record_is_read_with_the_rest_of_its_name_from_elsewhere() {
        let answer = read(&packet(OK, 1, &record(5, &target())), 7, "A.example.");
        assert_eq!(answer, Some(Answer::Cname("b.example.".into())));
        let second = [record(46, &[1, 2, 3]), record(5, &encoded("c.test").unwrap())].concat();
        assert_eq!(read(&packet(OK, 2, &second), 7, "a.example"), Some(Answer::Cname("c.test.".into())));
    }

    #[test]
    fn what_is_not_there_is_absent_and_what_is_not_told_has_failed() {
        let of =
            |flags, records: &[u8], answers| read(&packet(flags, answers, records), 7, "a.example").unwrap();
        assert_eq!(of(OK, &[], 0), Answer::Absent);
        assert_eq!(of(OK | 3, &[], 0), Answer::Absent);
        assert_eq!(of(OK, &record(1, &[192, 0, 2, 1]), 1), Answer::Absent);
        for (flags, records, answers) in [
            (OK | 2, vec![], 0),
            (OK | 5, vec![], 0),
            (OK | CUT_OFF, vec![], 0),
            (OK, record(1, &[192, 0, 2, 1]), 2),
            (OK, record(5, &[0xc0, 200]), 1),
            (OK, record(5, b"\x01b\x00\x00"), 1),
        ] {
            assert_eq!(of(flags, &records, answers), Answer::Failed, "{flags:x} {records:?}");
        }
    }

    #[test]
    fn an_answer_to_something_else_is_none() {
        let good = packet(OK, 0, &[]);
        assert!(read(&good, 7, "a.example").is_some());
        assert!(read(&good, 8, "a.example").is_none() && read(&good, 7, "b.example").is_none());
        assert!(read(&packet(0x0100, 0, &[]), 7, "a.example").is_none(), "a question");
        let record = packet(OK, 1, &record(5, &target()));
        for cut in 0..record.len() {
            let answer = read(&record[..cut], 7, "a.example");
            assert!(matches!(answer, None | Some(Answer::Failed)), "{cut}");
        }
    }

    #[test]
    fn a_name_that_leads_to_itself_ends() {
        assert_eq!(read(&packet(OK, 1, &record(5, &[0xc0, 39])), 7, "a.example"), Some(Answer::Failed));
    }

    #[test]
    fn what_is_no_name_is_not_asked_for() {
        for name in ["", ".", "a..b", "ä.example", &"a.".repeat(128), &format!("{}.example", "a".repeat(64))]
        {
            assert!(query(1, name).is_none(), "{name}");
        }
        assert!(query(1, "_x.a-b.example.").is_some());
    }
}
