//! The exhaustive model of the dial protocol (`tests/models`): its verdict on each variant.

use std::process::Command;

/// The protocol has no counterexample. Every variant without one of its rules or assumptions keeps its counterexample.
const VERDICTS: [&str; 6] = [
    "proposed protocol: 1,105 states; double dial: NEVER; talked to twice: NEVER; lost calls: 0",
    "proposed, list lags (A2 broken): 1,473 states; double dial: two legs at once; talked to twice: NEVER; lost calls: 0",
    "proposed, stalled sender (A1 broken): 3,533 states; double dial: two legs at once; talked to twice: NEVER; \
     lost calls: 0",
    "no deadline on the intent: 3,585 states; double dial: two legs at once; talked to twice: NEVER; lost calls: 0",
    "no gate at the answer, A2 broken: 1,666 states; double dial: two legs at once; talked to twice: YES; lost calls: 0",
    "today's catalogue, one dialer, one kill: 11,254 states; double dial: two legs for one attempt; \
     talked to twice: YES; lost calls: not computed",
];

#[test]
fn every_variant_of_the_dial_protocol_has_its_known_verdict() {
    let output = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/models/dial_model.py"))
        .output()
        .expect("python3 runs (tools/test-needs installs it)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    // Indented lines are the traces of counterexamples.
    let verdicts: Vec<_> = printed.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(verdicts, VERDICTS, "{printed}");
}
