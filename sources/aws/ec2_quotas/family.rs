//! The families of instance types that EC2 has a quota for.

/// What one quota counts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// A, C, D, H, I, M, R, T and Z.
    Standard,
    Dl,
    F,
    /// G and VT.
    G,
    /// All that begin with U.
    HighMemory,
    Hpc,
    Inf,
    /// P2, P3 and P4, which have a spot quota of their own.
    P4,
    /// P5, which has one too.
    P5,
    /// The other generations of P.
    P,
    Trn,
    X,
}

/// Whose type names begin how; the first that fits is the one, so the longer come first. Mac runs on Dedicated Hosts
/// alone and counts nowhere.
const PREFIXES: [(&str, Option<Family>); 26] = [
    ("hpc", Some(Family::Hpc)),
    ("inf", Some(Family::Inf)),
    ("mac", None),
    ("trn", Some(Family::Trn)),
    ("dl", Some(Family::Dl)),
    ("p2", Some(Family::P4)),
    ("p3", Some(Family::P4)),
    ("p4", Some(Family::P4)),
    ("p5", Some(Family::P5)),
    ("u-", Some(Family::HighMemory)),
    ("vt", Some(Family::G)),
    ("a", Some(Family::Standard)),
    ("c", Some(Family::Standard)),
    ("d", Some(Family::Standard)),
    ("f", Some(Family::F)),
    ("g", Some(Family::G)),
    ("h", Some(Family::Standard)),
    ("i", Some(Family::Standard)),
    ("m", Some(Family::Standard)),
    ("p", Some(Family::P)),
    ("r", Some(Family::Standard)),
    ("t", Some(Family::Standard)),
    ("u", Some(Family::HighMemory)),
    ("x", Some(Family::X)),
    ("z", Some(Family::Standard)),
    ("", None),
];

/// The family of an instance type; none for Mac and for letters that no quota names.
pub(super) fn family(instance_type: &str) -> Option<Family> {
    PREFIXES.iter().find(|(prefix, _)| instance_type.starts_with(prefix))?.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_prefixes_come_first() {
        assert!(
            PREFIXES.iter().map(|(prefix, _)| prefix.len()).is_sorted_by(|longer, shorter| longer >= shorter)
        );
    }

    #[test]
    fn every_kind_of_type_name_has_its_family() {
        use Family::{Dl, F, G, HighMemory, Hpc, Inf, P, P4, P5, Standard, Trn, X};
        let truth = [
            ("a1.medium", Some(Standard)),
            ("c5.large", Some(Standard)),
            ("c7gn.16xlarge", Some(Standard)),
            ("d2.xlarge", Some(Standard)),
            ("d3en.12xlarge", Some(Standard)),
            ("h1.2xlarge", Some(Standard)),
            ("i3.large", Some(Standard)),
            ("i4i.large", Some(Standard)),
            ("im4gn.large", Some(Standard)),
            ("is4gen.large", Some(Standard)),
            ("m5.large", Some(Standard)),
            ("m7i-flex.large", Some(Standard)),
            ("r8g.large", Some(Standard)),
            ("t2.micro", Some(Standard)),
            ("t4g.nano", Some(Standard)),
            ("z1d.large", Some(Standard)),
            ("dl1.24xlarge", Some(Dl)),
            ("dl2q.24xlarge", Some(Dl)),
            ("f1.2xlarge", Some(F)),
            ("f2.6xlarge", Some(F)),
            ("g4dn.xlarge", Some(G)),
            ("g6e.xlarge", Some(G)),
            ("gr6.4xlarge", Some(G)),
            ("vt1.3xlarge", Some(G)),
            ("u-6tb1.metal", Some(HighMemory)),
            ("u7i-12tb.224xlarge", Some(HighMemory)),
            ("u7inh-32tb.480xlarge", Some(HighMemory)),
            ("hpc6a.48xlarge", Some(Hpc)),
            ("hpc7g.4xlarge", Some(Hpc)),
            ("inf1.xlarge", Some(Inf)),
            ("inf2.xlarge", Some(Inf)),
            ("p2.xlarge", Some(P4)),
            ("p3.2xlarge", Some(P4)),
            ("p3dn.24xlarge", Some(P4)),
            ("p4de.24xlarge", Some(P4)),
            ("p5.48xlarge", Some(P5)),
            ("p5en.48xlarge", Some(P5)),
            ("p6-b200.48xlarge", Some(P)),
            ("trn1.2xlarge", Some(Trn)),
            ("trn2.48xlarge", Some(Trn)),
            ("x1e.xlarge", Some(X)),
            ("x2idn.16xlarge", Some(X)),
            ("mac1.metal", None),
            ("mac2-m2pro.metal", None),
            ("q1.large", None),
            ("", None),
        ];
        for (name, expected) in truth {
            assert_eq!(family(name), expected, "{name}");
        }
    }
}
