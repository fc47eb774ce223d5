//! Where the world is kept between calls: in memory only, or also in a file that several processes share.
//!
//! ## Guarantees
//!
//! * A call's changes are saved together or not at all, also when the process is killed in the middle.
//! * A call sees everything that other processes saved before it, and no two calls overlap.

mod database;
mod error;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::path::Path;

use crate::table::Table;
use crate::world::{Row, TableVisitor, World};

use database::Database;
pub use error::StateError;

/// A world and, unless it lives in memory only, its file.
#[derive(Debug)]
pub(crate) struct Store {
    world: World,
    database: Option<Database>,
}

impl Store {
    /// An empty world that ends with the process.
    pub(crate) fn in_memory() -> Self {
        Self::holding(World::default())
    }

    /// A world that ends with the process.
    pub(crate) fn holding(world: World) -> Self {
        Self { world, database: None }
    }

    /// The world that `directory` holds; an empty one if there is none yet.
    pub(crate) fn open(directory: &Path) -> Result<Self, StateError> {
        let database = Database::open(directory)?;
        let mut store = Self { world: World::default(), database: Some(database) };
        store.transact(|_| ())?;
        Ok(store)
    }

    /// Does `work` on the world as it is now and saves what it changed.
    pub(crate) fn transact<R>(
        &mut self,
        work: impl FnOnce(&mut World) -> R,
    ) -> Result<R, StateError> {
        let Some(database) = &mut self.database else {
            let result = work(&mut self.world);
            let Ok(()) = self.world.visit(&mut Forget);
            return Ok(result);
        };
        let outcome = database.transact(&mut self.world, work);
        if outcome.is_err() {
            // What is in memory may now be ahead of the file: the next call reads all of it again.
            self.world = World::default();
            database.forget();
        }
        outcome
    }
}

/// Empties the world that `directory` holds.
pub(crate) fn reset(directory: &Path) -> Result<(), StateError> {
    database::reset(directory)
}

/// Drops the notes of what changed, where nothing is saved.
struct Forget;

impl TableVisitor for Forget {
    type Error = Infallible;

    fn table<T: Row>(
        &mut self,
        _name: &'static str,
        table: &mut Table<T>,
    ) -> Result<(), Infallible> {
        drop(table.take_changed());
        Ok(())
    }
}
