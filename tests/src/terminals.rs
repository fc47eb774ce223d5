//! Terminals of a clinic: what git holds of them, and the authority that their certificates come from.

use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};

use crate::repository::Repository;

/// The bucket in which terminals are registered.
pub const REGISTRY: &str = "terminal-registry";

/// The bucket of audit reports.
pub const REPORTS: &str = "terminal-reports";

/// An authority and the buckets of terminals, and no terminal yet.
pub fn clinic() -> Repository {
    Repository::default().environment("test", SETTINGS).stack("pki", "", PKI)
}

/// A signing request by a key of its own, which nobody keeps.
pub fn signing_request(name: &str) -> String {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key is made");
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let request = params.serialize_request(&key).expect("a request is made");
    request.pem().expect("it is written")
}

/// Where a terminal's file is.
pub fn file(name: &str) -> String {
    format!("desired/devices/clinic-0001/{name}.yaml")
}

impl Repository {
    /// With a terminal that has a new key, and more lines in its file.
    #[must_use]
    pub fn terminal(self, name: &str, more: &str) -> Self {
        let text = format!(
            "kind: Device\nname: {name}\nclinic: clinic-0001\ncsr: {name}.csr.pem\nauthority: \"${{stacks.pki.Authority}}\"\nbucket: clinic-0001-backup\n{more}"
        );
        self.file(&file(name), text)
            .file(&format!("desired/devices/clinic-0001/{name}.csr.pem"), signing_request(name))
    }
}

const SETTINGS: &str = "\
devices:
  registry: \"${stacks.pki.Registry}\"
  auditReports: \"${stacks.pki.Reports}\"
";

const PKI: &str = "\
Resources:
  Registry:
    Type: AWS::S3::Bucket
    Properties: { BucketName: terminal-registry, VersioningConfiguration: { Status: Enabled } }
  Reports:
    Type: AWS::S3::Bucket
    Properties: { BucketName: terminal-reports }
  ReportsPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Reports
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: acm-pca.amazonaws.com }
            Action: ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:PutObject', 's3:PutObjectAcl']
            Resource: [!GetAtt Reports.Arn, !Sub '${Reports.Arn}/*']
  Authority:
    Type: AWS::ACMPCA::CertificateAuthority
    Properties:
      Type: ROOT
      KeyAlgorithm: EC_prime256v1
      SigningAlgorithm: SHA256WITHECDSA
      Subject: { CommonName: Terminals }
  Certificate:
    Type: AWS::ACMPCA::Certificate
    Properties:
      CertificateAuthorityArn: !Ref Authority
      CertificateSigningRequest: !GetAtt Authority.CertificateSigningRequest
      SigningAlgorithm: SHA256WITHECDSA
      TemplateArn: !Sub arn:${AWS::Partition}:acm-pca:::template/RootCACertificate/V1
      Validity: { Type: YEARS, Value: 20 }
  Activation:
    Type: AWS::ACMPCA::CertificateAuthorityActivation
    Properties:
      CertificateAuthorityArn: !Ref Authority
      Certificate: !GetAtt Certificate.Certificate
      Status: ACTIVE
Outputs:
  Authority: { Value: !Ref Authority }
  Registry: { Value: !Ref Registry }
  Reports: { Value: !Ref Reports }
";
