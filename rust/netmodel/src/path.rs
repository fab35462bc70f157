//! The walk: the order in which a packet meets the stages.
//!
//! Every frame that a device receives or sends is a [`Job`] in one FIFO; a stage that sends, floods or answers adds
//! jobs. The walk ends when the FIFO is empty, or in a `Storm` when its budget of steps is used up.

use std::collections::VecDeque;

use crate::addr::DevId;
use crate::kernel::Kernel;
use crate::packet::Packet;
use crate::skb::Skb;
use crate::time::Instant;
use crate::trace::{Copy, Step, Trace};

/// Who watches a walk: [`Record`] keeps every step, [`Count`] only counts.
pub trait Observer {
    /// A copy begins; its number is returned.
    fn begin(&mut self, parent: Option<u32>, packet: &Packet) -> u32;
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
        Record { trace: Trace { at, copies: Vec::new() } }
    }

    /// What was recorded.
    pub fn into_trace(self) -> Trace {
        self.trace
    }
}

impl Observer for Record {
    fn begin(&mut self, parent: Option<u32>, packet: &Packet) -> u32 {
        let (summary, bytes) = (crate::wire::summary(packet), crate::wire::emit(packet));
        self.trace.copies.push(Copy { parent, summary, bytes, steps: Vec::new() });
        self.trace.copies.len() as u32 - 1
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

    fn step(&mut self, _: u32, _: impl FnOnce() -> Step) {
        self.steps += 1;
    }
}

/// One thing to do.
#[derive(Debug)]
pub(crate) enum Job {
    /// A device receives a frame (`netif_rx`).
    Rx(DevId, Skb),
    /// A device is to send a frame (`dev_queue_xmit`).
    Xmit(DevId, Skb),
}

/// Steps that one walk may take before it is a storm.
pub const STEP_BUDGET: u32 = 100_000;

/// A walk over a Kernel.
pub struct Walk<'k, O> {
    /// What is walked over.
    pub kernel: &'k mut Kernel,
    /// Who watches.
    pub observer: O,
    pub(crate) fifo: VecDeque<Job>,
    pub(crate) budget: u32,
}

impl<'k, O: Observer> Walk<'k, O> {
    /// A walk that has not begun.
    pub fn new(kernel: &'k mut Kernel, observer: O) -> Self {
        Walk { kernel, observer, fifo: VecDeque::new(), budget: STEP_BUDGET }
    }

    /// Do all that is in the FIFO, and what that adds.
    pub fn run(&mut self) {
        while let Some(job) = self.fifo.pop_front() {
            if self.budget == 0 {
                let (Job::Rx(_, skb) | Job::Xmit(_, skb)) = job;
                self.observer.step(skb.copy, || Step::Storm);
                self.fifo.clear();
                return;
            }
            self.budget -= 1;
            match job {
                Job::Rx(dev, skb) => self.netif_receive_skb(dev, skb),
                Job::Xmit(dev, skb) => self.dev_hard_start_xmit(dev, skb),
            }
        }
    }

    fn netif_receive_skb(&mut self, _dev: DevId, _skb: Skb) {}

    fn dev_hard_start_xmit(&mut self, _dev: DevId, _skb: Skb) {}
}
