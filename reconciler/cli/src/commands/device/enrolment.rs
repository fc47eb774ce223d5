//! How a terminal comes by its key and signing request: programs that are there already, line by line.
//!
//! The key is made on the terminal, in its TPM where it has one, and cannot be taken out. Only the request leaves it.

use crate::views::edit::Step;

/// What is done on the terminal and then in git.
pub(super) fn steps(name: &str) -> Vec<Step> {
    vec![
        Step::new(
            format!(
                "On the terminal, as an administrator, save this as {name}.inf. The key is born in the TPM; \
                 without one, and before Windows 10 21H2, write \"Microsoft Software Key Storage Provider\":"
            ),
            &request_file(name),
        ),
        Step::new(
            "Make the key and the request. The request is no secret; there is no file with the key:",
            &format!("certreq -new -machine {name}.inf {name}.csr.pem"),
        ),
        Step::new(
            "Where there is no Windows, OpenSSL does the same, with a key in a file that stays there:",
            &format!(
                "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 \\\n    \
                 -subj /CN={name} -keyout {name}.key.pem -out {name}.csr.pem"
            ),
        ),
        Step::new(
            "Bring the request here:",
            &format!("reconcile device add {name} --csr {name}.csr.pem"),
        ),
    ]
}

/// What `certreq` makes a request of.
fn request_file(name: &str) -> String {
    format!(
        "[Version]\n\
         Signature = \"$Windows NT$\"\n\
         [NewRequest]\n\
         Subject = \"CN={name}\"\n\
         ProviderName = \"Microsoft Platform Crypto Provider\"\n\
         KeyAlgorithm = ECDSA_P256\n\
         KeyLength = 256\n\
         HashAlgorithm = SHA256\n\
         Exportable = FALSE\n\
         MachineKeySet = TRUE\n\
         KeyUsage = 0x80\n\
         RequestType = PKCS10"
    )
}
