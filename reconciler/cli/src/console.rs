//! The terminal: the only place that writes to stdout and stderr.
//!
//! stdout is the result, stderr is talk. Both take styled text and drop the styles where nobody would
//! see them. It does not know what is said.

use std::fmt;
use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::sync::{Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};
use indicatif::{MultiProgress, ProgressDrawTarget};

/// The width where no terminal says one: in CI, in a file, in a pipe.
const DEFAULT_WIDTH: usize = 100;

/// What the command line and the environment say about the terminal.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Settings {
    /// When to colour; `Auto` looks at `NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR` and `TERM` itself.
    pub(crate) colour: ColorChoice,
    /// Whether this is a CI job (`CI`): nobody answers, and a line once written stays.
    pub(crate) ci: bool,
    /// Whether the terminal cannot move its cursor (`TERM=dumb`).
    pub(crate) dumb: bool,
}

/// Stdout and stderr, with what is known of who reads them.
pub(crate) struct Console {
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Box<dyn Write + Send>>,
    /// The lines that are drawn anew while something runs; hidden unless [`Console::is_live`].
    bars: MultiProgress,
    coloured_talk: bool,
    width: usize,
    interactive: bool,
    live: bool,
}

impl Console {
    /// The console of this process.
    pub(crate) fn new(settings: Settings) -> Self {
        let Settings { colour, ci, dumb } = settings;
        let out_choice = resolve(colour, || AutoStream::choice(&io::stdout()));
        let err_choice = resolve(colour, || AutoStream::choice(&io::stderr()));
        let live = io::stderr().is_terminal() && !ci && !dumb;
        let terminal_width = || {
            let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(io::stdout())
                .or_else(|| terminal_size::terminal_size_of(io::stderr()))?;
            Some(usize::from(columns))
        };
        Self {
            out: Mutex::new(Box::new(AutoStream::new(io::stdout(), out_choice))),
            err: Mutex::new(Box::new(AutoStream::new(io::stderr(), err_choice))),
            bars: MultiProgress::with_draw_target(if live {
                ProgressDrawTarget::stderr()
            } else {
                ProgressDrawTarget::hidden()
            }),
            coloured_talk: err_choice != ColorChoice::Never,
            width: if ci { None } else { terminal_width() }.unwrap_or(DEFAULT_WIDTH),
            interactive: io::stdin().is_terminal() && io::stderr().is_terminal() && !ci,
            live,
        }
    }

    /// Columns that a line may take.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Whether somebody can answer a question.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Whether lines of stderr can be drawn anew.
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    /// The lines of stderr that are drawn anew.
    pub(crate) fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// The text as stderr shows it: styled, or with its styles dropped.
    pub(crate) fn styled_for_talk(&self, text: &str) -> String {
        if self.coloured_talk {
            text.to_owned()
        } else {
            anstream::adapter::strip_str(text).to_string()
        }
    }

    /// Writes the result to stdout. That nobody reads on (`| head`) is not an error.
    pub(crate) fn result(&self, text: &str) -> io::Result<()> {
        self.bars.suspend(|| write_lines(&self.out, text))
    }

    /// Writes talk to stderr. It is never worth failing for.
    pub(crate) fn talk(&self, text: &str) {
        // A closed stderr has nobody left to tell.
        drop(self.bars.suspend(|| write_lines(&self.err, text)));
    }

    /// Asks on stderr and reads one line; no answer where nobody can give one.
    pub(crate) fn ask(&self, question: &str) -> io::Result<Option<String>> {
        if !self.interactive {
            return Ok(None);
        }
        let mut answer = String::new();
        let read = self.bars.suspend(|| {
            let mut err = self.err.lock().unwrap_or_else(PoisonError::into_inner);
            write!(err, "{question} ")?;
            err.flush()?;
            io::stdin().lock().read_line(&mut answer)
        })?;
        Ok((read > 0).then(|| answer.trim().to_owned()))
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("width", &self.width)
            .field("interactive", &self.interactive)
            .field("live", &self.live)
            .finish_non_exhaustive()
    }
}

fn resolve(asked: ColorChoice, detect: impl FnOnce() -> ColorChoice) -> ColorChoice {
    match asked {
        ColorChoice::Auto => detect(),
        ColorChoice::AlwaysAnsi | ColorChoice::Always | ColorChoice::Never => asked,
    }
}

fn write_lines(stream: &Mutex<Box<dyn Write + Send>>, text: &str) -> io::Result<()> {
    let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
    let newline = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    match write!(stream, "{text}{newline}").and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! A console whose stderr can be read.

    use std::io::{self, Write};
    use std::sync::{Arc, Mutex, PoisonError};

    use indicatif::{MultiProgress, ProgressDrawTarget};

    use super::Console;

    /// What was written.
    #[derive(Clone, Default)]
    pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        /// The text so far, without styles.
        pub(crate) fn text(&self) -> String {
            let bytes = self.0.lock().unwrap().clone();
            anstream::adapter::strip_str(&String::from_utf8(bytes).unwrap()).to_string()
        }
    }

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            written.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A console that is neither live nor interactive, and its stdout and stderr.
    pub(crate) fn captured() -> (Console, Written, Written) {
        let (out, err) = (Written::default(), Written::default());
        let console = Console {
            out: Mutex::new(Box::new(out.clone())),
            err: Mutex::new(Box::new(err.clone())),
            bars: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
            coloured_talk: true,
            width: 100,
            interactive: false,
            live: false,
        };
        (console, out, err)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::captured;

    #[test]
    fn the_result_and_the_talk_do_not_meet() {
        let (console, out, err) = captured();
        console.talk("reading 4 stacks");
        console.result("Plan").unwrap();
        console.result("").unwrap();
        assert_eq!((out.text().as_str(), err.text().as_str()), ("Plan\n", "reading 4 stacks\n"));
    }

    #[test]
    fn nobody_is_asked_where_nobody_answers() {
        let (console, _, err) = captured();
        assert_eq!(console.ask("Apply?").unwrap(), None);
        assert_eq!(err.text(), "");
    }
}
