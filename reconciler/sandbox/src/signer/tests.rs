//! What a signature covers.

use std::io::{Cursor, Read as _, Write as _};

use jiff::Timestamp;
use zip::CompressionMethod;
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::envelope::{self, Claim, ENTRY, Tampered, Unsignable};
use super::key::SigningKey;

type Entries = Vec<(String, Vec<u8>)>;

/// What is done to the entries of a signed zip.
type Change = fn(&mut Entries);

fn zip(entries: &Entries, method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(name, options).expect("is begun");
        writer.write_all(bytes).expect("is written");
    }
    writer.finish().expect("is finished").into_inner()
}

fn unzip(zip: &[u8]) -> Entries {
    let mut archive = ZipArchive::new(Cursor::new(zip)).expect("is a zip");
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).expect("is there");
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("is read");
            (entry.name().expect("has a name").into_owned(), bytes)
        })
        .collect()
}

fn bootstrap() -> Vec<u8> {
    let entries = vec![("bootstrap".to_owned(), b"code".to_vec())];
    zip(&entries, CompressionMethod::Deflated)
}

fn sign(zip: &[u8]) -> Result<Vec<u8>, Unsignable> {
    let claim = Claim {
        profile_version_arn: "arn:aws:signer:::/signing-profiles/p/1",
        job_arn: "arn:aws:signer:::/signing-jobs/j",
        signed_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::MAX,
    };
    envelope::sign(zip, &key(), claim)
}

fn key() -> SigningKey {
    SigningKey::generate().expect("a key is made")
}

fn signed() -> Vec<u8> {
    sign(&bootstrap()).expect("is signed")
}

/// Opens a signed zip after its entries were changed and packed anew.
fn opened_after(change: impl FnOnce(&mut Entries)) -> Result<Option<String>, Tampered> {
    let mut entries = unzip(&signed());
    change(&mut entries);
    let opened = envelope::open(&zip(&entries, CompressionMethod::Stored))?;
    Ok(opened.map(|envelope| envelope.statement.job_arn))
}

#[test]
fn a_signature_holds_however_the_entries_are_packed() {
    let job = "arn:aws:signer:::/signing-jobs/j".to_owned();
    assert_eq!(opened_after(|_| {}), Ok(Some(job)));
}

#[test]
fn a_signature_holds_for_no_other_entries() {
    let changes: [(&str, Change); 6] = [
        ("other bytes", |entries| entries[0].1[0] ^= 1),
        ("other name", |entries| entries[0].0.push('2')),
        ("one more", |entries| entries.push(("hook".to_owned(), b"x".to_vec()))),
        ("one less", |entries| drop(entries.remove(0))),
        ("moved from name to bytes", |entries| {
            entries[0].0 = "bootstra".to_owned();
            entries[0].1.insert(0, b'p');
        }),
        ("other statement", |entries| {
            let text =
                String::from_utf8_lossy(&entries[1].1).replace("signing-jobs/j", "signing-jobs/k");
            entries[1].1 = text.into_bytes();
        }),
    ];
    for (what, change) in changes {
        assert_eq!(opened_after(change), Err(Tampered), "{what}");
    }
}

#[test]
fn no_flipped_byte_makes_other_code_look_signed() {
    let (signed, code) = (signed(), unzip(&bootstrap()));
    for position in 0..signed.len() {
        let mut flipped = signed.clone();
        flipped[position] ^= 0xff;
        if let Ok(Some(_)) = envelope::open(&flipped) {
            assert_eq!(unzip(&flipped)[..code.len()], code, "at {position}");
        }
    }
}

#[test]
fn a_zip_without_a_signature_has_none() {
    assert_eq!(envelope::open(&bootstrap()), Ok(None));
    assert_eq!(opened_after(|entries| entries.retain(|(name, _)| name != ENTRY)), Ok(None));
    assert_eq!(envelope::open(b"no zip"), Err(Tampered));
}

#[test]
fn only_an_unsigned_zip_with_something_in_it_is_signed() {
    assert_eq!(sign(&signed()), Err(Unsignable::Signed));
    assert_eq!(sign(&zip(&Vec::new(), CompressionMethod::Stored)), Err(Unsignable::Empty));
    assert_eq!(sign(b"no zip"), Err(Unsignable::Malformed));
    assert_ne!(sign(&bootstrap()), sign(&bootstrap()), "no two signatures are the same");
}
