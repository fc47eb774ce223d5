//! All that the sandbox's account holds, of every service and region.

use crate::resource::Resource;
use crate::table::Table;

/// The account that the sandbox plays.
pub(crate) const ACCOUNT: &str = "000000000000";

/// The state of the account. One call at a time sees it, exclusively.
#[derive(Debug, Default, Clone)]
pub(crate) struct World {
    pub(crate) resources: Table<Resource>,
}
