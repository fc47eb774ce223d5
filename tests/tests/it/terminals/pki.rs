//! A small authority of clinics' terminals, and the certificates that it issues for their requests.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber, date_time_ymd,
};

/// An authority.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, in PEM.
    pub(super) pem: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "Clinic CA");
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(2080, 1, 1);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let pem = parameters.self_signed(&key).expect("is signed").pem();
        Self { issuer: Issuer::new(parameters, key), pem }
    }

    /// Issues what a request asks for, as it is changed; in PEM.
    pub(super) fn issue(
        &self,
        request: &str,
        serial: u8,
        change: impl FnOnce(&mut CertificateParams),
    ) -> String {
        let mut request = CertificateSigningRequestParams::from_pem(request).expect("a request");
        let parameters = &mut request.params;
        parameters.serial_number = Some(SerialNumber::from_slice(&[0x77, serial]));
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(2070, 1, 1);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        change(parameters);
        request.signed_by(&self.issuer).expect("is signed").pem()
    }
}
