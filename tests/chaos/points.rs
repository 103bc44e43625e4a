//! The fault points themselves: all of them stand in the code, and none in the program people run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use linkscribe::fault::{OF_RESULTS, OFF_THE_WAY, POINTS};

/// What a fault point looks like in the code.
const CALL: &str = "fault::point(\"";

#[test]
fn every_point_stands_in_the_code_once_and_no_other_does() {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = std::fs::read_to_string(file).unwrap();
        for (at, call) in text.match_indices(CALL) {
            let name = text[at + call.len()..].split('"').next().unwrap();
            *found.entry(name.to_owned()).or_default() += 1;
        }
    }
    let all = POINTS.iter().chain(&OFF_THE_WAY).chain(&OF_RESULTS);
    let wanted: BTreeMap<String, usize> = all.map(|name| ((*name).to_owned(), 1)).collect();
    assert_eq!(found, wanted);
}

#[test]
fn the_program_people_build_has_no_fault_points() {
    let features = |edges: &str| {
        let arguments =
            ["tree", "--offline", "--locked", "--depth", "0", "--format", "{f}", "--edges", edges];
        let mut cargo = Command::new(env!("CARGO"));
        let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let built = features("no-dev");
    assert!(built.contains("whisper") && !built.contains("fault-points"), "{built}");
    assert!(features("all").contains("fault-points"), "tests have them");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
