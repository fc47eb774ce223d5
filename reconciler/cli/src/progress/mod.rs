//! What happens, shown on stderr while it happens. Stdout is never touched.

mod lines;
mod live;
mod words;

use std::sync::Arc;

use reconcile_engine::events::{Events, Listener};

use self::lines::Lines;
use self::live::Live;
use crate::console::Console;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Lines that are drawn anew.
    Live,
    /// One line a transition: for a CI job's log.
    Lines,
    /// Not at all.
    Quiet,
}

/// Progress being shown, until it is dropped.
pub(crate) struct Progress {
    events: Events,
    live: Option<Arc<Live>>,
}

impl Style {
    /// Live where the terminal can, otherwise lines.
    pub(crate) fn of(console: &Console) -> Self {
        if console.is_live() { Self::Live } else { Self::Lines }
    }
}

impl Progress {
    /// Begins to show what is told to [`Progress::events`].
    pub(crate) fn start(console: &Arc<Console>, style: Style) -> Self {
        let to = |listener: Arc<dyn Listener>| Events::to(listener);
        match style {
            Style::Live => {
                let live = Arc::new(Live::new(Arc::clone(console)));
                let listener = Arc::clone(&live);
                Self { events: to(listener), live: Some(live) }
            }
            Style::Lines => {
                Self { events: to(Arc::new(Lines::new(Arc::clone(console)))), live: None }
            }
            Style::Quiet => Self { events: Events::unheard(), live: None },
        }
    }

    /// Whether somebody watches.
    pub(crate) fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// Where to tell what happens.
    pub(crate) fn events(&self) -> Events {
        self.events.clone()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(live) = &self.live {
            live.clear();
        }
    }
}
