//! All that the sandbox's account holds, of every service and region.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::certificate_manager::{ServerAuthority, ServerCertificate};
use crate::cloudcontrol::ResourceRequest;
use crate::cloudformation::{ChangeSet, Detection, Event, OperationRecord, Scheduled, Stack};
use crate::credentials::Session;
use crate::lambda::FunctionVersion;
use crate::logs::Batch;
use crate::private_ca::{AuditReport, CertificateAuthority, IssuedCertificate, TokenUse};
use crate::resource::Resource;
use crate::resources::InjectedFailure;
use crate::s3::{Body, ObjectVersion, Upload, UploadedPart};
use crate::signer::{SigningJob, SigningProfile};
use crate::table::Table;

/// The account that the sandbox plays.
pub const ACCOUNT: &str = "000000000000";

/// A noun that can be a row: it is cheap to hold and can be written down.
pub(crate) trait Row: Serialize + DeserializeOwned {}

impl<T: Serialize + DeserializeOwned> Row for T {}

/// Something that is done to every table in turn, whatever its rows are.
pub(crate) trait TableVisitor {
    type Error;

    /// Sees one table; `name` is what it is called where it is saved.
    fn table<T: Row>(
        &mut self,
        name: &'static str,
        table: &mut Table<T>,
    ) -> Result<(), Self::Error>;
}

/// Declares [`World`]: one line a table, which is thereby kept, saved and restored.
macro_rules! world {
    ($($(#[$doc:meta])* $table:ident: $row:ty,)+) => {
        /// The state of the account. One call at a time sees it, exclusively.
        #[derive(Debug, Default, Clone)]
        pub(crate) struct World {
            $($(#[$doc])* pub(crate) $table: Table<$row>,)+
        }

        impl World {
            /// Shows every table to `visitor`, until it fails.
            pub(crate) fn visit<V: TableVisitor>(&mut self, visitor: &mut V) -> Result<(), V::Error> {
                $(visitor.table(stringify!($table), &mut self.$table)?;)+
                Ok(())
            }
        }
    };
}

world! {
    /// CloudFormation's stacks, deleted ones too, by stack ID.
    stacks: Stack,
    /// Change sets, by ID.
    change_sets: ChangeSet,
    /// Stack events, by stack ID and running number.
    events: Event,
    /// Operations on stacks, ended ones too, by stack ID and their own.
    operations: OperationRecord,
    /// Drift detections, by ID.
    detections: Detection,
    /// Work that goes on without a caller, by the ID of what it works on.
    jobs: Scheduled,
    /// How many milliseconds work on a resource takes, by type; `*` is any type.
    durations: i64,
    /// Failures of resources that are laid out to happen.
    failures: InjectedFailure,
    /// Cloud Control's requests, by token.
    requests: ResourceRequest,
    /// The authority of custom domain names' certificates: one row.
    server_authorities: ServerAuthority,
    /// What that authority has issued, by ARN.
    server_certificates: ServerCertificate,
    /// Live resources of every type, by [`Resource::key`].
    resources: Resource,
    /// Temporary credentials, by their access key ID.
    sessions: Session,
    /// Single numbers: counters, and how far the clock was put forward.
    numbers: u64,
    /// Versions of S3 objects and delete markers, by [`ObjectVersion::row_key`].
    objects: ObjectVersion,
    /// Uploads in parts that are under way, by [`Upload::row_key`].
    uploads: Upload,
    /// The parts of those uploads that have arrived, by their uploads and numbers.
    parts: UploadedPart,
    /// Lines of logs, by group and running number.
    logs: Batch,
    /// What versions of functions run, by the version's ARN.
    function_versions: FunctionVersion,
    /// Deployment packages, by the SHA-256 of their bytes as base64.
    packages: Body,
    /// Signing profiles, canceled ones too, by ARN.
    signing_profiles: SigningProfile,
    /// Signing jobs, by ID.
    signing_jobs: SigningJob,
    /// Certificate authorities, those that wait for their deletion too, by ARN.
    certificate_authorities: CertificateAuthority,
    /// What certificate authorities have issued, by ARN.
    certificates: IssuedCertificate,
    /// Which certificates were asked for with which tokens, by the CA's ARN and the token.
    issuance_tokens: TokenUse,
    /// Audit reports, by the CA's ARN and their IDs.
    audit_reports: AuditReport,
}

impl World {
    /// Counts on: 1, 2, 3, ... by name. What must be unique is derived from it, never random.
    pub(crate) fn next(&mut self, counter: &str) -> u64 {
        let next = self.numbers.get(counter).copied().unwrap_or_default() + 1;
        self.numbers.insert(counter, next);
        next
    }
}
