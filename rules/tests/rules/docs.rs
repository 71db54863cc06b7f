//! What the book shows can be read.

use std::path::Path;

use crate::samples::read;

/// The TOML that a page shows.
fn shown(page: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(page);
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```toml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_example_of_the_book_has_no_mistake() {
    for (name, expected) in [("owners", 1), ("suppressions", 2), ("severities", 1), ("thresholds", 1)] {
        let blocks = shown(&format!("{name}.md"));
        assert_eq!(blocks.len(), expected, "{name}");
        for block in blocks {
            read(&format!("{name}.toml"), &block).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}
