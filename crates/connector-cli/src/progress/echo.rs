//! The `^C` that a terminal writes by itself, where nothing may be written but the lines.

use std::io::{Stdin, stdin};

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

/// Keeps the terminal from echoing control characters until it is dropped: behind
/// lines that are as wide as the terminal, an echo would begin another line.
#[derive(Debug)]
pub(super) struct NoEcho {
    before: Termios,
}

impl NoEcho {
    /// Nothing, if there is no terminal that this program may set.
    pub(super) fn begin() -> Option<Self> {
        let terminal = stdin();
        let before = is_ours(&terminal).then(|| tcgetattr(&terminal).ok()).flatten()?;
        let mut during = before.clone();
        during.local_modes.remove(LocalModes::ECHOCTL);
        tcsetattr(&terminal, OptionalActions::Now, &during).ok().map(|()| Self { before })
    }
}

impl Drop for NoEcho {
    fn drop(&mut self) {
        let terminal = stdin();
        if is_ours(&terminal) {
            // Who sets a terminal that is gone has nobody to tell.
            let _ = tcsetattr(&terminal, OptionalActions::Now, &self.before);
        }
    }
}

/// Whether the program is in the foreground; one in the background that sets the terminal is stopped.
fn is_ours(terminal: &Stdin) -> bool {
    tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp())
}
