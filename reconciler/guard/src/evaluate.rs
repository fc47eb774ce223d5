//! Asks Guard. The library's interface is that of its command, in memory: texts go in, a report comes out.

use std::io::Cursor;
use std::sync::Arc;

use cfn_guard::commands::Executable as _;
use cfn_guard::commands::validate::{OutputFormatType, ShowSummaryType};
use cfn_guard::utils::reader::{ReadBuffer, Reader};
use cfn_guard::utils::writer::{WriteBuffer, Writer};
use cfn_guard::{CommandBuilder as _, ValidateBuilder};
use reconcile_core::problem::{Place, Problem, SourceFile};
use serde_json::{Value as Json, json};

use crate::report::FileReport;

/// What all rules of these files say of each document, in the order of the documents.
pub(crate) fn evaluate(
    files: &[&Arc<SourceFile>],
    documents: &[&Json],
) -> Result<Vec<FileReport>, Vec<Problem>> {
    if files.is_empty() || documents.is_empty() {
        return Ok(documents.iter().map(|_| FileReport::default()).collect());
    }
    let rules: Vec<_> = files.iter().map(|file| file.text.as_str()).collect();
    let data: Vec<_> = documents.iter().map(ToString::to_string).collect();
    let failed = |error: &dyn std::fmt::Display| {
        vec![Problem::whole(format!("failed to evaluate the rules: {error}"))]
    };
    let (report, complaints) =
        ask(&json!({ "rules": rules, "data": data })).map_err(|error| failed(&error))?;
    if !complaints.trim().is_empty() {
        return Err(vec![mistake(files, &complaints)]);
    }
    let reports: Vec<FileReport> = serde_json::from_str(&report).map_err(|error| failed(&error))?;
    if reports.len() == documents.len() {
        Ok(reports)
    } else {
        Err(failed(&format!("{} documents, {} answers", documents.len(), reports.len())))
    }
}

/// What the command writes to stdout and to stderr.
fn ask(payload: &Json) -> Result<(String, String), cfn_guard::Error> {
    let command = ValidateBuilder::default()
        .payload(true)
        .structured(true)
        .output_format(OutputFormatType::JSON)
        .show_summary(vec![ShowSummaryType::None])
        .try_build()?;
    let mut reader = Reader::new(ReadBuffer::Cursor(Cursor::new(payload.to_string().into_bytes())));
    let mut writer =
        Writer::new_with_err(WriteBuffer::Vec(Vec::new()), WriteBuffer::Vec(Vec::new()))?;
    let code = command.execute(&mut writer, &mut reader)?;
    if code == 0 || code == RULES_ARE_BROKEN {
        return Ok((writer.into_string()?, String::new()));
    }
    Ok((String::new(), writer.err_to_stripped()?))
}

/// The exit code of Guard's command where data breaks a rule.
const RULES_ARE_BROKEN: i32 = 19;

/// What Guard says of a file of rules that it cannot read, which is: `… Error parsing file RULES_STDIN[2] at line 3
/// at column 5, when handling expecting …, fragment …`.
fn mistake(files: &[&Arc<SourceFile>], complaint: &str) -> Problem {
    let number = |before: &str| {
        let (_, rest) = complaint.split_once(before)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    };
    let words = complaint.split_once("when handling ").map_or(complaint, |(_, words)| words);
    let words = words.split_once(", fragment").map_or(words, |(words, _)| words);
    let message = format!("not a file of rules: {}", words.trim());
    let file = number("RULES_STDIN[").and_then(|number| files.get(number.checked_sub(1)?));
    match file {
        Some(file) => {
            let (line, column) = (number("line ").unwrap_or(1), number("column ").unwrap_or(1));
            Problem::at(Place::at_line_column(file, line, column), message)
        }
        None => Problem::whole(message),
    }
}
