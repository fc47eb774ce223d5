//! Which resource types hold something that cannot be made again.
//!
//! Replacing or deleting one of these needs consent. The list is a judgement, not a fact of
//! the registry. It began as cfn-lint's own (rule I3011, `StatefulResources.json`); buckets
//! are in it although CloudFormation refuses to delete a full one, and identities were
//! added because their loss revokes what others rely on.

/// What a resource holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Content that someone put there.
    Data,
    /// Something that others trust or are bound to: a key, an authority, an address.
    Identity,
}

/// What would be lost with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// The kind of thing.
    pub holds: Holds,
    /// What its loss means, as one phrase.
    pub why: &'static str,
}

/// Says what a resource of this type holds, if it holds anything.
pub fn holds(type_name: &str) -> Option<Holding> {
    let index = STATEFUL.binary_search_by_key(&type_name, |(name, _, _)| name).ok()?;
    STATEFUL.get(index).map(|&(_, holds, why)| Holding { holds, why })
}

use Holds::{Data, Identity};

const DATABASE: &str = "the database's content is lost";
const CACHE: &str = "what the cache holds is lost";
const SEARCH: &str = "the domain's indexes are lost";

/// The types, in order of name.
const STATEFUL: &[(&str, Holds, &str)] = &[
    ("AWS::ACMPCA::Certificate", Identity, "certificates below it lose their issuer"),
    (
        "AWS::ACMPCA::CertificateAuthority",
        Identity,
        "every certificate it issued loses its authority",
    ),
    ("AWS::ApiGatewayV2::Api", Identity, "clients know the API by an address made of its ID"),
    ("AWS::ApiGatewayV2::DomainName", Identity, "clients know the API by this name"),
    ("AWS::Backup::BackupVault", Data, "its recovery points are lost"),
    (
        "AWS::CertificateManager::Certificate",
        Identity,
        "whatever serves with the certificate loses it",
    ),
    ("AWS::CloudFormation::Stack", Data, "whatever the nested stack holds goes with it"),
    ("AWS::CloudFront::Distribution", Identity, "clients know it by its domain name"),
    ("AWS::CloudFront::KeyValueStore", Data, "its keys and values are lost"),
    ("AWS::CloudTrail::EventDataStore", Data, "its audit events are lost"),
    ("AWS::CodeCommit::Repository", Data, "the repository's history is lost"),
    ("AWS::Cognito::IdentityPool", Identity, "its identities cannot be made again"),
    ("AWS::Cognito::UserPool", Identity, "its users cannot be made again"),
    ("AWS::DocDB::DBCluster", Data, DATABASE),
    ("AWS::DocDB::DBInstance", Data, DATABASE),
    ("AWS::DynamoDB::GlobalTable", Data, "the table's items are lost"),
    ("AWS::DynamoDB::Table", Data, "the table's items are lost"),
    ("AWS::EC2::EIP", Identity, "others know the address, which cannot be had again"),
    ("AWS::EC2::Instance", Data, "its instance store and root volume may be lost"),
    ("AWS::EC2::Volume", Data, "the volume's content is lost"),
    ("AWS::ECR::Repository", Data, "its images are lost"),
    ("AWS::EFS::FileSystem", Data, "its files are lost"),
    ("AWS::EMR::Cluster", Data, "what the cluster stores is lost"),
    ("AWS::ElastiCache::CacheCluster", Data, CACHE),
    ("AWS::ElastiCache::ReplicationGroup", Data, CACHE),
    ("AWS::ElastiCache::ServerlessCache", Data, CACHE),
    ("AWS::Elasticsearch::Domain", Data, SEARCH),
    ("AWS::FSx::FileSystem", Data, "its files are lost"),
    ("AWS::FSx::Volume", Data, "its files are lost"),
    ("AWS::IAM::AccessKey", Identity, "whoever uses the key is locked out"),
    (
        "AWS::IAM::OIDCProvider",
        Identity,
        "identities that it vouches for can no longer assume roles",
    ),
    (
        "AWS::IAM::SAMLProvider",
        Identity,
        "identities that it vouches for can no longer assume roles",
    ),
    ("AWS::IAM::User", Identity, "its credentials are lost"),
    ("AWS::KMS::Key", Identity, "whatever it encrypted can no longer be read"),
    ("AWS::KMS::ReplicaKey", Identity, "what it encrypted can no longer be read in this region"),
    ("AWS::Kinesis::Stream", Data, "records not yet read are lost"),
    (
        "AWS::Lambda::Url",
        Identity,
        "clients know the function by an address that cannot be had again",
    ),
    ("AWS::Logs::LogGroup", Data, "its log events are lost"),
    ("AWS::MemoryDB::Cluster", Data, DATABASE),
    ("AWS::Neptune::DBCluster", Data, DATABASE),
    ("AWS::Neptune::DBInstance", Data, DATABASE),
    ("AWS::OpenSearchServerless::Collection", Data, SEARCH),
    ("AWS::OpenSearchService::Domain", Data, SEARCH),
    ("AWS::Organizations::Account", Identity, "the account is closed"),
    ("AWS::QLDB::Ledger", Data, "the ledger's history is lost"),
    ("AWS::RDS::DBCluster", Data, DATABASE),
    ("AWS::RDS::DBInstance", Data, DATABASE),
    ("AWS::Redshift::Cluster", Data, DATABASE),
    ("AWS::RedshiftServerless::Namespace", Data, DATABASE),
    (
        "AWS::RolesAnywhere::TrustAnchor",
        Identity,
        "workloads that it vouches for can no longer assume roles",
    ),
    ("AWS::Route53::HostedZone", Identity, "its name servers change and the domain goes dark"),
    ("AWS::S3::Bucket", Data, "its objects are lost and its name may be taken by others"),
    ("AWS::S3Express::DirectoryBucket", Data, "its objects are lost"),
    ("AWS::S3Tables::TableBucket", Data, "its tables are lost"),
    ("AWS::SDB::Domain", Data, "the domain's items are lost"),
    ("AWS::SQS::Queue", Data, "messages not yet read are lost"),
    ("AWS::SSM::Parameter", Data, "its value and history are lost"),
    ("AWS::SSO::Instance", Identity, "every assignment of people to accounts is lost"),
    ("AWS::SecretsManager::Secret", Data, "the secret is lost"),
    ("AWS::Signer::SigningProfile", Identity, "code signed under it is no longer trusted"),
    ("AWS::Timestream::Database", Data, DATABASE),
    ("AWS::Timestream::Table", Data, DATABASE),
];

#[cfg(test)]
mod tests {
    use super::{Holds, STATEFUL, holds};
    use crate::registry;

    #[test]
    fn data_and_identity_are_told_apart_from_what_can_be_made_again() {
        let kind = |name| holds(name).map(|holding| holding.holds);
        assert_eq!(kind("AWS::S3::Bucket"), Some(Holds::Data));
        assert_eq!(kind("AWS::KMS::Key"), Some(Holds::Identity));
        assert_eq!(kind("AWS::IAM::Role"), None);
    }

    #[test]
    fn the_list_is_in_order_and_names_types_that_exist() {
        assert!(STATEFUL.is_sorted_by(|(a, _, _), (b, _, _)| a < b));
        for (name, _, _) in STATEFUL {
            assert!(registry::resource_type(name).is_some(), "no type `{name}`");
        }
    }
}
