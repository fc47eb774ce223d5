//! Gets peers from their registries, pinned with hashes, into a folder under `target/`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process;

/// Where peers are installed, and what they are pinned by.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// Everything that the benchmark writes and keeps.
    pub(crate) folder: PathBuf,
    /// This repository.
    pub(crate) root: PathBuf,
    /// A folder of Terraform's plugins, for who cannot reach its registry.
    pub(crate) terraform_plugins: Option<PathBuf>,
}

impl Workshop {
    /// The home of all tools: nobody's settings are read.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// A virtual environment with exactly what a file pins.
    pub(crate) fn python(&self, name: &str, pinned: &str) -> Result<PathBuf, Box<dyn Error>> {
        let (venv, wanted) = (self.folder.join(name), fs::read(self.root.join(pinned))?);
        let marker = venv.join("installed");
        if fs::read(&marker).is_ok_and(|installed| installed == wanted) {
            return Ok(venv);
        }
        let mut make = process::inheriting("python3");
        make.args(["-m", "venv", "--clear"]).arg(&venv);
        process::run(make)?;
        let mut install = process::inheriting(venv.join("bin/pip"));
        install.args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes"]);
        install.arg("--requirement").arg(self.root.join(pinned));
        process::run(install)?;
        fs::write(marker, wanted)?;
        Ok(venv)
    }

    /// A folder with exactly what a lock file of npm pins.
    pub(crate) fn node(&self, name: &str, pinned: &str) -> Result<PathBuf, Box<dyn Error>> {
        let (folder, source) = (self.folder.join(name), self.root.join(pinned));
        fs::create_dir_all(&folder)?;
        let wanted = fs::read(source.join("package-lock.json"))?;
        let marker = folder.join("installed");
        if fs::read(&marker).is_ok_and(|installed| installed == wanted) {
            return Ok(folder);
        }
        for file in ["package.json", "package-lock.json"] {
            fs::copy(source.join(file), folder.join(file))?;
        }
        let mut install = process::inheriting("npm");
        install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
        install.current_dir(&folder);
        process::run(install)?;
        fs::write(marker, wanted)?;
        Ok(folder)
    }

    /// Where a program is that was not installed by us.
    pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
    }
}

/// The bytes of files and of all that is in folders.
pub(crate) fn size(paths: &[PathBuf]) -> u64 {
    paths.iter().map(|path| size_of_one(path)).sum()
}

fn size_of_one(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size_of_one(&entry.path())).sum()
}
