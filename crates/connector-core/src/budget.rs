//! How much memory answers and rows take on their way, over all connections of a process.
//!
//! Half of it is room for answers, which is taken while a body comes and given back when
//! its rows are decoded; the other half is shared by the batches. What keeps it from
//! waiting for ever:
//!
//! - Only an answer whose turn it is waits for room: all pages before it are read, so
//!   what its walk needs next is nothing but it. A page that is asked for ahead of its turn
//!   never waits: it is asked for if there is room, and given up if that was too little.
//! - Of those that wait, one at a time may go on without room: the one that has the
//!   ticket. So two bodies that are half there never wait for each other, and a page that is
//!   larger than all of the room comes through too.
//! - Whoever has room or the ticket waits for the vendor, whose time is limited, and for
//!   commits. Neither of them waits for room.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is counted: smaller steps would cost more than they tell.
const UNIT: usize = 64 << 10;
/// The size at which a batch is committed, if there is room for it.
const BATCH: usize = 3 << 20;
/// The size at which a batch is committed, however many there are.
const SMALLEST_BATCH: usize = 256 << 10;

/// The memory of a process for answers and batches.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    room: Arc<Semaphore>,
    units: usize,
    ticket: Arc<Semaphore>,
    /// The bytes of all batches together.
    batches: usize,
    /// The number of resources that fill batches.
    loads: AtomicUsize,
}

impl Budget {
    /// What a process has unless it is told otherwise, in MiB.
    pub const DEFAULT_MIB: u32 = 64;
    /// The least that there may be, in MiB.
    pub const LEAST_MIB: u32 = 8;
    /// The most that there may be, in MiB.
    pub const MOST_MIB: u32 = 1 << 14;

    /// So many MiB for everything that shares this value.
    pub fn of_mib(mib: u32) -> Self {
        let half = (mib as usize) << 19;
        Self(Arc::new(Inner {
            room: Arc::new(Semaphore::new(half / UNIT)),
            units: half / UNIT,
            ticket: Arc::new(Semaphore::new(1)),
            batches: half,
            loads: AtomicUsize::new(0),
        }))
    }

    /// Room for an answer whose turn it is.
    pub fn reserve(&self) -> Reservation {
        Reservation {
            budget: self.clone(),
            units: 0,
            taken: None,
            ticket: None,
            waits: true,
            is_short: false,
        }
    }

    /// Room for an answer of so many bytes that is asked for ahead of its turn, if there is any.
    pub fn reserve_ahead(&self, bytes: usize) -> Option<Reservation> {
        let mut room = Reservation { waits: false, ..self.reserve() };
        room.try_hold(bytes).then_some(room)
    }

    /// Takes part in the sharing of what there is for batches.
    pub fn load(&self) -> Load {
        self.0.loads.fetch_add(1, Relaxed);
        Load(self.clone())
    }
}

/// The budget of programs that set none: all connections of a process share it.
impl Default for Budget {
    fn default() -> Self {
        static OF_THE_PROCESS: LazyLock<Budget> =
            LazyLock::new(|| Budget::of_mib(Budget::DEFAULT_MIB));
        OF_THE_PROCESS.clone()
    }
}

/// The room of one answer, given back when it is dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Budget,
    units: usize,
    taken: Option<OwnedSemaphorePermit>,
    ticket: Option<OwnedSemaphorePermit>,
    waits: bool,
    is_short: bool,
}

impl Reservation {
    /// Waits until there is room for so many bytes in all; false if it is not the answer's
    /// turn to wait, and there is none.
    pub async fn hold(&mut self, bytes: usize) -> bool {
        if self.try_hold(bytes) {
            return true;
        }
        if !self.waits {
            self.is_short = true;
            return false;
        }
        let inner = Arc::clone(&self.budget.0);
        let more = bytes.div_ceil(UNIT) - self.units;
        let room = async {
            match u32::try_from(more) {
                Ok(more) if self.units + more as usize <= inner.units => {
                    Arc::clone(&inner.room).acquire_many_owned(more).await
                }
                // More than all there is: nothing but the ticket helps.
                _ => std::future::pending().await,
            }
        };
        // Neither of the two is ever closed.
        tokio::select! {
            biased;
            Ok(room) = room => self.add(room, more),
            Ok(ticket) = Arc::clone(&inner.ticket).acquire_owned() => self.ticket = Some(ticket),
            else => return false,
        }
        true
    }

    /// Whether there was not enough of it for an answer that was asked for ahead of its turn.
    pub fn is_short(&self) -> bool {
        self.is_short
    }

    fn try_hold(&mut self, bytes: usize) -> bool {
        let units = bytes.div_ceil(UNIT);
        if self.ticket.is_some() || units <= self.units {
            return true;
        }
        let more = units - self.units;
        let room = u32::try_from(more)
            .ok()
            .and_then(|more| Arc::clone(&self.budget.0.room).try_acquire_many_owned(more).ok());
        room.is_some_and(|room| {
            self.add(room, more);
            true
        })
    }

    fn add(&mut self, room: OwnedSemaphorePermit, units: usize) {
        self.units += units;
        match &mut self.taken {
            Some(taken) => taken.merge(room),
            taken => *taken = Some(room),
        }
    }

    /// Gives everything back, for another try.
    pub fn give_back(&mut self) {
        (self.units, self.taken, self.ticket) = (0, None, None);
    }
}

/// One that fills batches, as long as it lives.
#[derive(Debug)]
pub struct Load(Budget);

impl Load {
    /// The size at which a batch is committed: while one is, the next one is prepared, and the one
    /// behind it is filled.
    pub fn batch(&self) -> usize {
        let inner = &self.0.0;
        let share = inner.batches / (3 * inner.loads.load(Relaxed).max(1));
        share.clamp(SMALLEST_BATCH, BATCH)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.0.loads.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const MIB: usize = 1 << 20;

    #[tokio::test]
    async fn of_bodies_that_are_half_there_one_always_goes_on() {
        let budget = Budget::of_mib(8);
        let mut rooms: Vec<Reservation> = (0..4).map(|_| budget.reserve()).collect();
        for room in &mut rooms {
            assert!(room.hold(MIB).await);
        }
        // All of the room is taken, and each of them needs more.
        let [one, two, three, four] = &mut rooms[..] else { unreachable!() };
        assert!(one.hold(60 * MIB).await);
        assert!(two.hold(2 * MIB).now_or_never().is_none());
        assert!(three.hold(2 * MIB).now_or_never().is_none());
        one.give_back();
        assert!(two.hold(2 * MIB).await);
        assert!(three.hold(60 * MIB).await);
        assert!(four.hold(2 * MIB).now_or_never().is_none());
        drop(rooms);
        assert!(budget.reserve().hold(4 * MIB).now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_page_that_is_not_due_never_waits() {
        let budget = Budget::of_mib(8);
        let mut ahead = budget.reserve_ahead(3 * MIB).expect("there is room");
        assert!(budget.reserve_ahead(2 * MIB).is_none());
        assert!(!ahead.hold(5 * MIB).await);
        // It gives nothing up by that, and whose turn it is goes on.
        assert!(ahead.hold(4 * MIB).await);
        assert!(budget.reserve().hold(MIB).await);
    }

    #[test]
    fn batches_share_what_there_is() {
        let budget = Budget::of_mib(96);
        let loads: Vec<Load> = (0..4).map(|_| budget.load()).collect();
        assert_eq!(loads[0].batch(), BATCH);
        let more: Vec<Load> = (0..12).map(|_| budget.load()).collect();
        assert_eq!(loads[0].batch(), MIB);
        drop(more);
        assert_eq!(loads[0].batch(), BATCH);
    }
}
