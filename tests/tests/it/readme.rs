//! The README's transcripts, played from beginning to end: what it shows is what a newcomer sees.

use std::fs;
use std::path::Path;
use std::process::Command;

use reconcile_tests::binary;
use reconcile_tests::functions::this_repository;
use reconcile_tests::repository::root;

/// The cargo that builds these tests, beside its compiler.
const REAL_CARGO: &str = env!("CARGO");

/// Stands for `cargo`, with the program built already: `cargo reconcile plan` runs `reconcile plan`.
const CARGO: &str = "#!/bin/sh
[ \"$1\" = reconcile ] || exec \"$REAL_CARGO\" \"$@\"
shift
exec \"$RECONCILE\" \"$@\"
";

/// What a newcomer has after `git clone`, with the functions built already.
const CLONE: &str = "cp -R \"$SOURCE\"/[!t]* \"$SOURCE\"/tests \"$SOURCE\"/.cargo . &&
    ln -s \"$SOURCE\"/target target && echo /target > .gitignore && git init --quiet && git add . &&
    git -c user.name=newcomer -c user.email=newcomer@example.jp commit --quiet --message clone";

#[test]
fn shows_what_happens() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let shell = Shell::new(folder.path());
    shell.run(CLONE);
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let played = transcripts(&readme);
    assert!(played.len() > 5, "the README has no transcripts");
    for Exchange { command, answer } in played {
        snapbox::assert_data_eq!(shell.run(&command), answer);
    }
}

/// A line after a prompt, and what is shown below it.
struct Exchange {
    command: String,
    answer: String,
}

/// The exchanges of every `console` block, in order.
fn transcripts(readme: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            exchanges.push(Exchange { command: command.to_owned(), answer: String::new() });
        } else if let (true, Some(exchange)) = (inside, exchanges.last_mut()) {
            exchange.answer.push_str(line);
            exchange.answer.push('\n');
        }
    }
    exchanges
}

/// A shell in a folder, that knows nothing of the machine's settings.
struct Shell<'a> {
    folder: &'a Path,
    path: String,
}

impl<'a> Shell<'a> {
    fn new(folder: &'a Path) -> Self {
        let bin = folder.join(".bin");
        fs::create_dir(&bin).expect("a folder is made");
        fs::write(bin.join("cargo"), CARGO).expect("a script is written");
        let rust = Path::new(REAL_CARGO).parent().expect("cargo is in a folder");
        let path = format!("{}:{}:/usr/bin:/bin", bin.display(), rust.display());
        let shell = Self { folder, path };
        shell.run("chmod +x .bin/cargo");
        shell
    }

    /// What a command says on stdout; its exit code is not the transcript's affair.
    fn run(&self, command: &str) -> String {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", command]).current_dir(self.folder).env_clear();
        shell.env("PATH", &self.path).env("HOME", self.folder);
        shell.env("SOURCE", this_repository()).env("RECONCILE", binary::reconcile());
        shell.env("REAL_CARGO", REAL_CARGO);
        let output = shell.output().expect("there is a shell");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("error:"), "`{command}` failed: {stderr}");
        String::from_utf8(output.stdout).expect("it is UTF-8")
    }
}
