//! What an environment says of a kind as a whole, as that kind reads it.

use reconcile_core::environment::{Environment, Section};
use reconcile_core::problem::Problem;
use reconcile_core::text::Text;
use serde::de::DeserializeOwned;

/// An environment's section with what is written in it; none if it has no such section.
pub fn read<'a, T: DeserializeOwned>(
    environment: &'a Environment,
    name: &str,
) -> Result<Option<(T, &'a Section)>, Problem> {
    let Some(section) = environment.sections.get(name) else { return Ok(None) };
    let raw = T::deserialize(&section.value);
    let raw = raw.map_err(|error| Problem::at(section.place.clone(), error.to_string()))?;
    Ok(Some((raw, section)))
}

/// A text of a section, with the environment's variables in it.
pub fn text(written: &str, section: &Section, environment: &Environment) -> Result<Text, Problem> {
    let problem = |message: String| Problem::at(section.place.clone(), message);
    let text = Text::parse(written).map_err(|error| problem(error.message))?;
    let variables = &environment.variables;
    let (text, unknown) = text.with_variables(|name| variables.get(name).map(String::as_str));
    match unknown.first() {
        None => Ok(text),
        Some(name) => Err(problem(format!("the environment has no variable `{name}`"))),
    }
}
