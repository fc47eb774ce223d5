//! The services: what each is called in signatures, which protocol it speaks, and who answers.

use serde_json::Value;

use super::protocol::Protocol;
use super::{Answered, Incoming};
use crate::account::Account;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;
use crate::{cloudcontrol, cloudformation, kms, lambda, logs, private_ca, signer, sts};

/// A service whose calls are answered by a function.
#[derive(Debug)]
pub(super) struct Service {
    /// As signatures name it.
    pub(super) name: &'static str,
    pub(super) protocol: Protocol,
    handle: fn(&mut World, &Call) -> Answer,
}

/// Every service but S3.
pub(super) const SERVICES: [Service; 8] = [
    Service {
        name: "acm-pca",
        protocol: Protocol::Json { version: "1.1", target: "ACMPrivateCA" },
        handle: private_ca::handle,
    },
    Service {
        name: "cloudcontrolapi",
        protocol: Protocol::Json { version: "1.0", target: "CloudApiService" },
        handle: cloudcontrol::handle,
    },
    Service {
        name: "cloudformation",
        protocol: Protocol::Query {
            namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
        },
        handle: cloudformation::handle,
    },
    Service {
        name: "kms",
        protocol: Protocol::Json { version: "1.1", target: "TrentService" },
        handle: kms::handle,
    },
    Service { name: "lambda", protocol: Protocol::RestJson(&lambda::API), handle: lambda::handle },
    Service {
        name: "logs",
        protocol: Protocol::Json { version: "1.1", target: "Logs_20140328" },
        handle: logs::handle,
    },
    Service { name: "signer", protocol: Protocol::RestJson(&signer::API), handle: signer::handle },
    Service {
        name: "sts",
        protocol: Protocol::Query { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
        handle: sts::handle,
    },
];

/// The parameters that name what a call is about, the first that is given counting.
const SUBJECTS: [&str; 18] = [
    "StackName",
    "ChangeSetName",
    "StackDriftDetectionId",
    "KeyId",
    "RoleArn",
    "Identifier",
    "RequestToken",
    "TypeName",
    "FunctionName",
    "CodeSigningConfigArn",
    "Resource",
    "profileName",
    "jobId",
    "resourceArn",
    "logGroupName",
    "CertificateArn",
    "CertificateAuthorityArn",
    "ResourceArn",
];

/// What a call is about.
pub(super) fn subject(parameters: &Value) -> Option<String> {
    SUBJECTS.iter().find_map(|name| parameters.get(name)?.as_str()).map(str::to_owned)
}

impl Service {
    /// Decodes the request, lets the service handle it, and encodes what it answers.
    pub(super) fn answer(&self, account: &Account, incoming: Incoming) -> Answered {
        let Incoming { request, region, request_id, caller } = incoming;
        let (operation, parameters) = match self.protocol.decode(&request) {
            Ok(decoded) => decoded,
            Err(error) => return self.protocol.refuse(&error, &request_id),
        };
        let resource = subject(&parameters);
        let outcome = account.transact(|world, now| {
            let call = Call { operation: operation.clone(), region, parameters, caller, now };
            (self.handle)(world, &call)
        });
        match outcome.unwrap_or_else(|error| Err(AwsError::internal(&error))) {
            Ok(result) => Answered {
                response: self.protocol.success(&operation, &result, &request_id),
                operation,
                resource,
                outcome: "OK".to_owned(),
            },
            Err(error) => {
                Answered { operation, resource, ..self.protocol.refuse(&error, &request_id) }
            }
        }
    }
}
