//! Who watches a walk, and what a step costs.

use crate::packet::Packet;
use crate::time::Instant;
use crate::trace::{Copy, Step, Trace};

/// Who watches a walk: [`Record`] keeps every step, [`Count`] only counts.
pub trait Observer {
    /// A copy begins; its number is returned.
    fn begin(&mut self, parent: Option<u32>, packet: &Packet) -> u32;
    /// A copy begins that is no frame or packet.
    fn begin_malformed(&mut self, bytes: &[u8]) -> u32;
    /// Something happened to a copy; `step` is only made if somebody looks.
    fn step(&mut self, copy: u32, step: impl FnOnce() -> Step);
}

/// Keeps the whole trace.
#[derive(Debug)]
pub struct Record {
    trace: Trace,
}

impl Record {
    /// An empty record of a walk at `at`.
    pub fn new(at: Instant) -> Self {
        Record { trace: Trace { at, cost_ns: 0, copies: Vec::new() } }
    }

    /// What was recorded, with its cost summed.
    pub fn into_trace(mut self) -> Trace {
        let steps = self.trace.copies.iter().flat_map(|copy| &copy.steps);
        self.trace.cost_ns = steps.map(cost).sum();
        self.trace
    }

    fn push(&mut self, parent: Option<u32>, summary: String, bytes: Vec<u8>) -> u32 {
        self.trace.copies.push(Copy { parent, summary, bytes, steps: Vec::new() });
        self.trace.copies.len() as u32 - 1
    }
}

impl Observer for Record {
    fn begin(&mut self, parent: Option<u32>, packet: &Packet) -> u32 {
        self.push(parent, crate::wire::summary(packet), crate::wire::emit(packet))
    }

    fn begin_malformed(&mut self, bytes: &[u8]) -> u32 {
        self.push(None, "malformed".to_string(), bytes.to_vec())
    }

    fn step(&mut self, copy: u32, step: impl FnOnce() -> Step) {
        self.trace.copies[copy as usize].steps.push(step());
    }
}

/// Counts copies and steps.
#[derive(Debug, Default)]
pub struct Count {
    /// Copies begun.
    pub copies: u32,
    /// Steps taken.
    pub steps: u64,
}

impl Observer for Count {
    fn begin(&mut self, _: Option<u32>, _: &Packet) -> u32 {
        self.copies += 1;
        self.copies - 1
    }

    fn begin_malformed(&mut self, _: &[u8]) -> u32 {
        self.copies += 1;
        self.copies - 1
    }

    fn step(&mut self, _: u32, _: impl FnOnce() -> Step) {
        self.steps += 1;
    }
}

/// What a step takes in nanoseconds, about: a model, so that two ends of a veth pair on one machine are some 50 µs apart
/// and back. Receiving includes the softirq that does it, delivering the wake-up of the process.
pub fn cost(step: &Step) -> u64 {
    match step {
        Step::Deliver { .. } => 24_000,
        Step::Rx { .. } => 5_000,
        Step::Xmit { .. } => 2_500,
        Step::Answer { .. } => 2_000,
        Step::Fragment { .. } => 1_500,
        Step::Bridge { .. } => 800,
        Step::Queued { .. } | Step::Egress { .. } => 700,
        Step::Route { .. } => 500,
        Step::Forward { .. } | Step::Consumed { .. } => 300,
        Step::FdbLearn { .. } | Step::Hook { .. } | Step::Neigh { .. } => 200,
        Step::Drop { .. } | Step::Unsupported { .. } | Step::Storm => 100,
    }
}
