//! PKCS #7 (CMS, RFC 5652) without a signature: the form in which Windows takes a certificate with its chain.

use cms::cert::x509::Certificate;
use cms::cert::x509::der::{Decode as _, Encode as _, Error};
use cms::content_info::ContentInfo;

use crate::pem;

/// As OpenSSL and Windows label it.
const LABEL: &str = "PKCS7";

/// Packs certificates in DER into one block of PEM.
pub fn of_certificates(certificates: &[Vec<u8>]) -> Result<String, Error> {
    let certificates = certificates.iter().map(|der| Certificate::from_der(der));
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>()?;
    let der = ContentInfo::try_from(certificates)?.to_der()?;
    Ok(pem::write(LABEL, &der))
}

#[cfg(test)]
mod tests {
    use cms::cert::x509::der::Decode as _;
    use cms::content_info::ContentInfo;
    use cms::signed_data::SignedData;

    use super::{LABEL, of_certificates};
    use crate::pem;

    #[test]
    fn it_holds_the_certificates_and_nothing_else() {
        let certificates = ["One", "Two"].map(|name| {
            let key = rcgen::KeyPair::generate().unwrap();
            let mut params = rcgen::CertificateParams::default();
            params.distinguished_name.push(rcgen::DnType::CommonName, name);
            params.self_signed(&key).unwrap().der().to_vec()
        });
        let text = of_certificates(&certificates).unwrap();
        let (label, der) = pem::only_block(&text).unwrap();
        assert_eq!(label, LABEL);
        let content = ContentInfo::from_der(&der).unwrap().content;
        let signed: SignedData = content.decode_as().unwrap();
        assert_eq!(signed.certificates.unwrap().0.len(), 2);
        assert!(signed.signer_infos.0.is_empty());
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        assert!(of_certificates(&[b"none".to_vec()]).is_err());
    }
}
