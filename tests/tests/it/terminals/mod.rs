//! Terminals, from their request for a certificate to a file that came back: `tests/terminal` through mutual TLS to the
//! function of `lambda/device-api`, as `infra/device-domain.yaml` puts them together, and on to S3.

mod clinics;
mod pki;
mod program;
mod refusals;
mod transfers;
